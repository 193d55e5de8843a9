"""Rows of a running repeat run are charged, each once, whoever works on it and whatever happens."""

import pytest
from pytest_django.fixtures import Settings

from orders.models import Order, Staff
from orders.run_states import RunState
from orders.sandbox.server import Sandbox
from orders.states import Source, Status
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_a_hurry(settings: Settings) -> None:
    settings.REPEAT_RATE = 1000.0


def test_every_row_is_charged_once_and_the_run_ends(supervisor: Staff, gateway: Sandbox) -> None:
    cards = repeat.cards(gateway, 12)
    run = repeat.worked(repeat.started(supervisor, repeat.sheet(cards)))
    assert run.state == RunState.ENDED
    assert repeat.statuses(run) == [Status.APPROVED] * 12
    assert len(set(repeat.charged(gateway))) == len(repeat.charged(gateway)) == 12
    order = Order.objects.get(reference="SUB-1")
    assert (order.source, order.customer, order.taken_by) == (
        Source.REPEAT,
        cards[0].customer,
        supervisor,
    )
    assert (order.amount_minor, order.currency, order.description) == (12_500, "KWD", "Tea")
    [asked, *_] = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    assert asked["parameters"]["eci"] == "RECURRING"


def test_the_same_file_twice_charges_nobody_twice(supervisor: Staff, gateway: Sandbox) -> None:
    data = repeat.sheet(repeat.cards(gateway, 3))
    first = repeat.worked(repeat.started(supervisor, data))
    again = repeat.made(supervisor, data)
    assert not again.items.exists()
    assert again.faults[0] == [
        2,
        f"This reference was used in run {first.number} (november.csv), line 2.",
    ]
    assert len(repeat.charged(gateway)) == 3
