"""Customers as suggestions."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import CustomerFactory, OrderFactory, StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agent(client: Client) -> None:
    client.force_login(StaffFactory(agent=True))


def options(client: Client, typed: str) -> str:
    response = client.get("/customers/search/", {"q": typed})
    assert response.status_code == 200
    return response.content.decode()


def test_a_suggestion_tells_two_of_one_name_apart(client: Client) -> None:
    customer = CustomerFactory(name="Aisha <Rahman>", city="Amman", phone="+962790004321")
    StoredCardFactory.create_batch(2, customer=customer)
    order = OrderFactory(customer=customer)
    html = options(client, "aisha")
    assert 'role="option"' in html
    assert f'data-pk="{customer.pk}"' in html
    for words in ("Aisha &lt;Rahman&gt;", "Amman", "… 4321", "2 stored cards"):
        assert words in html
    assert f"last order {timezone.localtime(order.taken_at):%-d}" in html


def test_nobody_found_is_said(client: Client) -> None:
    html = options(client, "zz")
    assert "Nobody was found." in html
    assert "data-pk" not in html


@pytest.mark.parametrize("typed", ["", "a", " a ", "x" * 10_000, "\x00\x00"])
def test_too_little_and_too_much_answer_nothing(client: Client, typed: str) -> None:
    CustomerFactory(name="a")
    assert "<li" not in options(client, typed)


def test_at_most_eight_are_suggested(client: Client) -> None:
    CustomerFactory.create_batch(9, name="Aisha")
    assert options(client, "aisha").count("<li") == 8


def test_who_may_not_see_customers_gets_no_suggestion(client: Client) -> None:
    client.force_login(StaffFactory(admin=True))
    assert client.get("/customers/search/", {"q": "aisha"}).status_code == 403
