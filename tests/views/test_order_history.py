"""The order history as a person sees it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders import clock
from orders.models import Order, Staff
from tests.factories import CustomerFactory, OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(client: Client) -> Staff:
    staff = StaffFactory(supervisor=True)
    client.force_login(staff)
    return staff


def shown(client: Client, query: str = "") -> str:
    response = client.get(f"/orders/?{query}")
    assert response.status_code == 200
    return response.content.decode()


def numbers(html: str) -> list[str]:
    return re.findall(r'class="row-title" href="/orders/(MO-\d+)/"', html)


def test_an_order_is_shown_with_all_that_tells_it_apart(client: Client, supervisor: Staff) -> None:
    order = OrderFactory(
        paid=True,
        customer__name="Aisha Rahman",
        reference="WEB-20931",
        amount_minor=1_250_500,
        taken_by__first_name="Layla",
        taken_by__last_name="Nasser",
    )
    html = shown(client)
    assert numbers(html) == [order.number]
    for words in (
        "WEB-20931",
        "Aisha Rahman",
        "•••• 1111",
        "Visa",
        "Phone",
        "Layla Nasser",
        "Paid",
    ):
        assert words in html
    assert re.search(r"KWD 1,250<[^>]*>\.500", html)


def test_an_agent_sees_own_orders_of_today(client: Client) -> None:
    mine = OrderFactory()
    OrderFactory()
    OrderFactory(taken_by=mine.taken_by, taken_at=clock.now() - timedelta(days=2))
    client.force_login(mine.taken_by)
    html = shown(client)
    assert numbers(html) == [mine.number]
    assert 'name="agent"' not in html


def test_a_supervisor_sees_seven_days_of_everybody(client: Client, supervisor: Staff) -> None:
    orders = OrderFactory.create_batch(2)
    OrderFactory(taken_at=clock.now() - timedelta(days=8))
    assert numbers(shown(client)) == [order.number for order in orders[::-1]]


def test_a_search_finds_old_orders_and_stays_in_the_box(client: Client, supervisor: Staff) -> None:
    order = OrderFactory(customer__name="Aisha Rahman", taken_at=clock.now() - timedelta(days=80))
    html = shown(client, "q=aisha+rahman")
    assert numbers(html) == [order.number]
    assert 'value="aisha rahman"' in html


def test_each_filter_in_force_can_be_taken_out(client: Client, supervisor: Staff) -> None:
    html = shown(client, "q=web&status=paid&period=30&before=77")
    assert 'href="/orders/?status=paid&amp;period=30"' in html
    assert 'href="/orders/?q=web&amp;period=30"' in html


def test_older_orders_are_one_link_away_and_newer_ones_too(
    client: Client, supervisor: Staff
) -> None:
    OrderFactory.create_batch(60)
    html = shown(client, "currency=KWD")
    newest = numbers(html)
    (older,) = re.findall(r'href="([^"]*before=\d+)"', html)
    second = client.get(older.replace("&amp;", "&")).content.decode()
    (newer,) = re.findall(r'href="([^"]*after=\d+)"', second)
    first = client.get(newer.replace("&amp;", "&")).content.decode()
    assert (len(newest), len(numbers(second))) == (50, 10)
    assert numbers(first) == newest
    assert "currency=KWD" in older


def test_nothing_taken_yet_says_so(client: Client, supervisor: Staff) -> None:
    assert "No orders in this time" in shown(client)
    assert "No orders yet" in shown(client, "period=any")


def test_nothing_that_fits_offers_to_clear_the_filters(client: Client, supervisor: Staff) -> None:
    OrderFactory()
    html = shown(client, "status=refunded")
    assert "No order fits" in html
    assert 'href="/orders/">Clear all' in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first_day=someday", "Type the day like"),
        ("amount_from=%3D1%2B1", "in digits"),
        ("q=" + "x" * 10_000, "at most 100 characters"),
        ("status=%F0%9F%8E%89", "Choose from the list"),
        ("q=a%00b", "Null characters"),
    ],
)
def test_a_filter_that_makes_no_sense_has_a_sentence(
    client: Client, supervisor: Staff, query: str, words: str
) -> None:
    order = OrderFactory()
    html = shown(client, query)
    assert words in html
    assert order.number not in html


@pytest.mark.parametrize(
    "query", ["before=x", "after=-1", "before=" + "9" * 40, "after=٣", "before=0"]
)
def test_a_page_that_never_was_is_the_newest(client: Client, supervisor: Staff, query: str) -> None:
    order = OrderFactory()
    assert numbers(shown(client, query)) == [order.number]


def test_what_people_typed_is_shown_as_text(client: Client, supervisor: Staff) -> None:
    OrderFactory(customer__name="<b>Aisha</b>", reference="<i>1</i>")
    html = shown(client, "q=%3Cscript%3E")
    html += shown(client)
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;Aisha" in html
    assert '"&lt;script&gt;"' in html


def test_a_page_costs_the_same_queries_however_many_orders(
    client: Client, supervisor: Staff
) -> None:
    OrderFactory(paid=True)
    shown(client)
    with CaptureQueriesContext(connection) as with_one:
        shown(client)
    for _ in range(9):
        OrderFactory(paid=True)
    with CaptureQueriesContext(connection) as with_ten:
        shown(client)
    assert len(with_ten) == len(with_one)


def test_the_history_is_read_only(client: Client, supervisor: Staff) -> None:
    assert client.post("/orders/").status_code == 405


@pytest.mark.parametrize("role", ["auditor", "clerk"])
def test_roles_that_may_read_orders_open_the_history(client: Client, role: str) -> None:
    client.force_login(StaffFactory(**{role: True}))
    assert client.get("/orders/").status_code == 200


def test_nobody_else_does(client: Client) -> None:
    assert client.get("/orders/").status_code == 302
    client.force_login(StaffFactory(admin=True))
    assert client.get("/orders/").status_code == 403


def test_an_auditor_is_offered_no_new_order(client: Client) -> None:
    client.force_login(StaffFactory(auditor=True))
    assert not Order.objects.exists()
    assert "/orders/new/" not in shown(client, "period=any")


def test_a_customer_of_the_list_is_a_link(client: Client, supervisor: Staff) -> None:
    customer = CustomerFactory()
    OrderFactory(customer=customer)
    assert f'href="/customers/{customer.pk}/"' in shown(client)
