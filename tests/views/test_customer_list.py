"""The list of customers."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import CustomerFactory, OrderFactory, StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agent(client: Client) -> None:
    client.force_login(StaffFactory(agent=True))


def shown(client: Client, query: str = "") -> str:
    response = client.get(f"/customers/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_customers_are_shown_newest_first_with_what_tells_them_apart(client: Client) -> None:
    first, second = CustomerFactory(name="Omar"), CustomerFactory(name="Aisha", city="Amman")
    StoredCardFactory(customer=second)
    OrderFactory(customer=second)
    html = shown(client)
    assert html.index("Aisha") < html.index("Omar")
    for words in (second.phone, second.email, "Amman", second.number, first.get_absolute_url()):
        assert words in html


def test_a_customer_is_found(client: Client) -> None:
    CustomerFactory(name="Omar")
    CustomerFactory(name="Huda Nasser")
    html = shown(client, "q=huda")
    assert "Huda Nasser" in html
    assert "Omar" not in html


def test_nobody_found_says_so(client: Client) -> None:
    assert "Nobody was found" in shown(client, "q=huda")
    assert "No customers yet" in shown(client)


@pytest.mark.parametrize("query", ["q=" + "x" * 10_000, "q=%00", "q=%07"])
def test_a_search_that_makes_no_sense_has_a_sentence(client: Client, query: str) -> None:
    CustomerFactory(name="Omar")
    html = shown(client, query)
    assert re.search(r'id="customer-q_error"[^>]*>\w+', html)
    assert "Omar" not in html


def test_pages_lead_on(client: Client) -> None:
    CustomerFactory.create_batch(51)
    html = shown(client)
    (older,) = re.findall(r'href="(/customers/\?before=\d+)"', html)
    assert client.get(older).content.decode().count('scope="row"') == 1


def test_a_page_costs_the_same_queries_however_many(client: Client) -> None:
    CustomerFactory()
    shown(client)
    with CaptureQueriesContext(connection) as with_one:
        shown(client)
    CustomerFactory.create_batch(9)
    with CaptureQueriesContext(connection) as with_ten:
        shown(client)
    assert len(with_ten) == len(with_one)


def test_an_auditor_reads_and_adds_nobody(client: Client) -> None:
    client.force_login(StaffFactory(auditor=True))
    assert "/customers/new/" not in shown(client)


def test_an_administrator_does_not_see_customers(client: Client) -> None:
    client.force_login(StaffFactory(admin=True))
    assert client.get("/customers/").status_code == 403
