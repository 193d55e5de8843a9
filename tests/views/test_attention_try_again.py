"""A supervisor finds out by hand whether charges can go again; looking charges nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.services import breaker, readiness, set_up
from tests import steps
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db
URL = "/attention/try-again/"
PAGE = "/attention/"


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def client(supervisor: Staff) -> Client:
    return signed_in(supervisor)


@pytest.fixture(autouse=True)
def _one_is_enough(settings: Settings) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1


def away(settings: Settings, seconds: float = 3) -> None:
    """Let the gateway have gone away so long ago."""
    with clock.at(clock.now() - timedelta(seconds=seconds)):
        breaker.heard(answered=False)


def test_a_gateway_that_answers_again_is_found(
    client: Client, supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    steps.charge_new(supervisor)
    away(settings)
    answer = client.post(URL)
    assert (answer.status_code, answer["Location"]) == (303, PAGE)
    assert "The gateway answers again." in words(client.get(PAGE))
    assert readiness.notices() == []


def test_a_gateway_that_is_still_away_is_said(
    client: Client, supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    steps.charge_new(supervisor)
    away(settings)
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"
    client.post(URL)
    assert "still does not answer" in words(client.get(PAGE))


def test_nobody_asks_twice_within_a_pause(
    client: Client, supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = steps.charge_new(supervisor)
    away(settings, seconds=0)
    client.post(URL)
    assert "asked a moment ago" in words(client.get(PAGE))
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0


def test_an_account_that_was_put_right_is_tried(client: Client) -> None:
    set_up.heard("00009")
    assertContains(client.get(PAGE), "Charging is stopped")
    client.post(URL)
    page = client.get(PAGE)
    assertContains(page, "Charges go again.")
    assertNotContains(page, "Charging is stopped")


def test_the_button_is_there_only_while_something_is_stopped(client: Client) -> None:
    assertNotContains(client.get(PAGE), URL)


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_others_may_not(role: str) -> None:
    set_up.heard("00009")
    other = signed_in(StaffFactory(role=role))
    assert other.post(URL).status_code == 403
    assert URL not in other.get("/orders/").content.decode()
    assert readiness.notices()


def test_a_link_does_nothing(client: Client) -> None:
    assert client.get(URL).status_code == 405
