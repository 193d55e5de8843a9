"""News of charges that were left before their outcome was known follow the person until seen."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services.ask import ask
from orders.states import Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db

LOST_ANSWER = 10_830  # the stand-in takes the money and the answer is lost
URL = "/orders/awaited/"
BY_SCRIPT = {"X-Requested-By": "poll"}


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def client(agent: Staff) -> Client:
    return signed_in(agent)


def test_the_outcome_is_news_on_every_page_until_it_is_closed(
    agent: Staff, client: Client, gateway: Sandbox
) -> None:
    operation = _unknown(agent)
    assertContains(client.get("/customers/"), "data-open")
    ask(operation=operation)
    for _page in range(2):
        page = words(client.get("/customers/"))
        assert f"{operation.order.number}: Approved AED 108.30" in page
    assert client.post(URL, {"order": operation.order_id}).status_code == 204
    assertNotContains(client.get("/customers/"), "awaited-news")


def test_several_orders_are_awaited_at_once(agent: Staff, client: Client, gateway: Sandbox) -> None:
    first, second = _unknown(agent), _unknown(agent)
    client.get("/customers/")
    ask(operation=second)
    answer = client.get(URL, headers=BY_SCRIPT)
    assert second.order.number in words(answer)
    assert first.order.number not in words(answer)
    assertContains(answer, "data-open")


def test_the_page_of_the_order_says_it_itself_and_then_it_is_no_news(
    agent: Staff, client: Client, gateway: Sandbox
) -> None:
    operation = _unknown(agent)
    client.get("/customers/")
    ask(operation=operation)
    assertNotContains(client.get(operation.order.get_absolute_url()), "awaited-news")
    assertNotContains(client.get("/customers/"), "awaited-news")


def test_asking_writes_nothing_and_keeps_no_session_alive(
    agent: Staff, client: Client, gateway: Sandbox
) -> None:
    client.get("/customers/")
    _unknown(agent)
    before = dict(client.session)
    answer = client.get(URL, headers=BY_SCRIPT)
    assertContains(answer, "data-open")
    assert not answer.cookies
    assert dict(client.session) == before


def test_asking_takes_one_query_while_nothing_is_settled(
    agent: Staff, client: Client, gateway: Sandbox, django_assert_max_num_queries: object
) -> None:
    _unknown(agent)
    client.get("/customers/")
    # The session, the person, their rights twice, and the charges.
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        client.get(URL, headers=BY_SCRIPT)


def test_nothing_is_asked_for_where_nothing_is_open(client: Client) -> None:
    OrderFactory(charged=True)
    assertNotContains(client.get("/customers/"), "data-open")


def test_who_may_not_charge_awaits_nothing() -> None:
    auditor = signed_in(StaffFactory(auditor=True))
    assert auditor.get(URL).status_code == 403
    assertNotContains(auditor.get("/customers/"), 'id="awaited"')


def test_closing_the_news_of_something_else_changes_nothing(client: Client) -> None:
    assert client.post(URL, {"order": "none"}).status_code == 204


def _unknown(agent: Staff) -> Operation:
    operation = steps.charge_new(agent, amount_minor=LOST_ANSWER)
    assert operation.status == Status.UNKNOWN
    return operation
