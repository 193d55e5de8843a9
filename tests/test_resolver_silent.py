"""Staff are told on every page when nobody asks about unknown charges."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from orders.services.heartbeat import WORKER, Heart
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db
WARNING = "the resolver has stopped"


@pytest.fixture(autouse=True)
def _somebody_watches(settings: Settings) -> None:
    settings.RESOLVER_SILENCE_S = 60


@pytest.mark.parametrize("page", ["/orders/", "/orders/new/", "/customers/"])
def test_staff_are_warned_while_no_resolver_lives(page: str) -> None:
    assert WARNING in words(signed_in(StaffFactory(agent=True)).get(page))


def test_staff_are_warned_while_nobody_sends_receipts() -> None:
    Heart().beat()
    assert "the worker has stopped" in words(signed_in(StaffFactory(agent=True)).get("/orders/"))
    Heart(WORKER).beat()
    assert "has stopped" not in words(signed_in(StaffFactory(agent=True)).get("/orders/"))


def test_nothing_is_said_while_one_lives() -> None:
    Heart().beat()
    assert WARNING not in words(signed_in(StaffFactory(agent=True)).get("/orders/"))


def test_a_stranger_is_told_nothing(client: Client) -> None:
    assert WARNING not in words(client.get("/accounts/login/"))
