"""While the gateway is away every page says so, and a form that is refused keeps what was typed."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import breaker
from orders.states import Status
from tests import steps
from tests.factories import CustomerFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db
NOTICE = "The payment gateway does not answer."
REFUSAL = "Nothing was sent and nothing was charged"


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def client(agent: Staff) -> Client:
    return signed_in(agent)


def go_away(settings: Settings) -> None:
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        breaker.heard(answered=False)


def typed(**changes: str) -> dict[str, str]:
    """The order page's form as an agent fills it in for a new card."""
    values = {
        "form_key": "k" * 26,
        "source": "phone",
        "customer": str(CustomerFactory().pk),
        "currency": "AED",
        "amount": "125.00",
        "reference": "WEB-1",
        "description": "Two boxes of dates",
        "wants": "purchase",
        "card": "new",
        "charge": "1",
    }
    return values | changes


@pytest.mark.parametrize("path", ["/orders/", "/orders/new/", "/customers/"])
def test_every_page_says_so_until_it_is_back(client: Client, settings: Settings, path: str) -> None:
    assertNotContains(client.get(path), NOTICE)
    go_away(settings)
    assertContains(client.get(path), NOTICE)
    breaker.heard(answered=True)
    assertNotContains(client.get(path), NOTICE)


def test_nobody_is_told_at_the_door(settings: Settings) -> None:
    go_away(settings)
    assertNotContains(Client().get("/accounts/login/"), NOTICE)


def test_an_order_that_is_refused_keeps_what_was_typed(client: Client, settings: Settings) -> None:
    go_away(settings)
    answer = client.post("/orders/new/", typed())
    assertContains(answer, REFUSAL, status_code=422)
    for text in ("125.00", "WEB-1", "Two boxes of dates"):
        assertContains(answer, f'value="{text}"', status_code=422)
    assert not Order.objects.exists()


def test_our_script_is_told_and_leaves_the_page_as_it_is(
    client: Client, settings: Settings
) -> None:
    go_away(settings)
    answer = client.post("/orders/new/", typed(), headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert REFUSAL in answer.json()["summary"]


def test_the_same_form_is_taken_once_the_gateway_is_back(
    client: Client, settings: Settings
) -> None:
    values = typed()
    go_away(settings)
    client.post("/orders/new/", values)
    breaker.heard(answered=True)
    assert client.post("/orders/new/", values).status_code == 303
    assert Order.objects.get().reference == "WEB-1"


def test_a_card_that_waits_is_charged_later_from_its_page(
    client: Client, agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    url, form = operation.order.get_absolute_url(), {"reference": operation.merchant_reference}
    go_away(settings)
    client.post(f"{url}charge/", form)
    page = words(client.get(url))
    assert REFUSAL in page
    assert "Card accepted, not charged yet" in page
    breaker.heard(answered=True)
    client.post(f"{url}charge/", form)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_a_person_who_asks_is_told_and_a_page_that_asks_by_itself_goes_on(
    client: Client, agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_940)
    url = operation.order.get_absolute_url()
    go_away(settings)
    answer = client.post(f"{url}ask/", headers={"X-Requested-By": "poll"})
    assert answer.status_code == 200
    assert REFUSAL not in words(answer)
    client.post(f"{url}ask/")
    assert REFUSAL in words(client.get(url))
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0
