"""What a dead process left unsent is sent again once, because a person said so."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Refused
from orders.models import Event, Staff
from orders.sandbox.server import Sandbox
from orders.services import resolve
from orders.services.background import Background
from orders.services.repeat_again import send_again, send_those
from orders.states import Status
from tests.factories import StaffFactory
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_a_hurry(settings: Settings) -> None:
    settings.REPEAT_RATE = 1000.0


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def test_each_is_sent_again_once_with_its_own_reference(clerk: Staff, gateway: Sandbox) -> None:
    cards = repeat.cards(gateway, 3)
    run = repeat.worked(repeat.started(clerk, repeat.sheet(cards, amount="12.930")))
    for minutes in (1, 10, 20, 40):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            resolve.once()
    assert repeat.statuses(run) == [Status.NOT_CHARGED] * 3
    send_again(actor=clerk, run=run)
    Background().round()
    assert set(repeat.statuses(run)) == {Status.APPROVED}
    references = repeat.charged(gateway)
    assert len(references) == 6
    assert len(set(references)) == 3
    event = Event.objects.get(kind="repeat_run_sent_again")
    assert (event.actor, event.data["rows"]) == (clerk, 3)


def test_where_everything_is_charged_nothing_is_sent_again(clerk: Staff, gateway: Sandbox) -> None:
    run = repeat.worked(repeat.started(clerk, repeat.sheet(repeat.cards(gateway, 1))))
    with pytest.raises(Refused):
        send_again(actor=clerk, run=run)
    assert send_those.call(run.pk, clerk.pk, 0) == 0
    assert len(repeat.charged(gateway)) == 1
