"""A customer's page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Staff
from tests.factories import (
    ConsentFactory,
    CustomerFactory,
    OrderFactory,
    StaffFactory,
    StoredCardFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> Staff:
    staff = StaffFactory(agent=True)
    client.force_login(staff)
    return staff


def shown(client: Client, pk: int) -> str:
    response = client.get(f"/customers/{pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_tells_how_to_reach_the_customer(client: Client, agent: Staff) -> None:
    customer = CustomerFactory(address="PO Box 7", language="ar", created_by=agent)
    html = shown(client, customer.pk)
    for words in (customer.name, customer.number, customer.phone, customer.email, "PO Box 7"):
        assert words in html
    assert f"/orders/new/?customer={customer.pk}" in html


def test_orders_are_shown_newest_first(client: Client) -> None:
    first = OrderFactory()
    second = OrderFactory(customer=first.customer)
    client.force_login(StaffFactory(supervisor=True))
    html = shown(client, first.customer.pk)
    assert html.index(second.number) < html.index(first.number)


def test_an_agent_sees_only_own_orders_of_the_customer(client: Client, agent: Staff) -> None:
    customer = CustomerFactory()
    mine = OrderFactory(customer=customer, taken_by=agent)
    other = OrderFactory(customer=customer)
    html = shown(client, customer.pk)
    assert mine.number in html
    assert other.number not in html


def test_each_card_is_shown_with_its_state_and_permission(client: Client, agent: Staff) -> None:
    consent = ConsentFactory(card__expiry="3005", given_by="Call 4711", purpose="Monthly dates")
    StoredCardFactory(
        customer=consent.customer,
        brand="MASTERCARD",
        last_four="4444",
        expiry="2001",
        allowed=False,
    )
    StoredCardFactory(
        customer=consent.customer, brand="AMEX", last_four="1000", state="frozen", allowed=False
    )
    html = shown(client, consent.customer.pk)
    for words in ("Visa •••• 1111", "05/30", "Active", "Call 4711", "Monthly dates"):
        assert words in html
    for words in ("Mastercard •••• 4444", "Expired", "American Express •••• 1000", "Frozen"):
        assert words in html
    assert html.count("No permission to keep this card is on file.") == 2


def test_the_token_of_a_card_is_not_shown(client: Client, agent: Staff) -> None:
    card = StoredCardFactory()
    assert card.token_name not in shown(client, card.customer.pk)


def test_an_auditor_reads_and_changes_nothing(client: Client) -> None:
    client.force_login(StaffFactory(auditor=True))
    customer = CustomerFactory()
    html = shown(client, customer.pk)
    assert f"/customers/{customer.pk}/edit/" not in html
    assert "/orders/new/" not in html


def test_a_page_costs_the_same_queries_however_many_orders_and_cards(
    client: Client, agent: Staff
) -> None:
    customer = CustomerFactory()

    def queries_with_one_more() -> int:
        ConsentFactory(card__customer=customer)
        OrderFactory(customer=customer, taken_by=agent, paid=True)
        with CaptureQueriesContext(connection) as captured:
            shown(client, customer.pk)
        return len(captured)

    queries_with_one_more()
    assert queries_with_one_more() == queries_with_one_more()


@pytest.mark.parametrize("pk", [1, 10**30])
def test_a_customer_who_is_not_there_is_not_found(client: Client, agent: Staff, pk: int) -> None:
    assert client.get(f"/customers/{pk}/").status_code == 404
