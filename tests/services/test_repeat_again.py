"""What a dead process left unsent is sent again once, because a person said so."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Breaker, Event, RepeatRun, Staff
from orders.models.breakers import SILENCE
from orders.run_states import RunState
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


def not_made(clerk: Staff, gateway: Sandbox) -> RepeatRun:
    """A run of two rows, neither of which reached the gateway."""
    run = repeat.worked(
        repeat.started(clerk, repeat.sheet(repeat.cards(gateway, 2), amount="12.930"))
    )
    for minutes in (1, 10, 20, 40):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            resolve.once()
    return run


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


def test_a_paused_run_sends_nothing_again(clerk: Staff, gateway: Sandbox) -> None:
    run = not_made(clerk, gateway)
    RepeatRun.objects.filter(pk=run.pk).update(state=RunState.PAUSED)
    with pytest.raises(Conflict):
        send_again(actor=clerk, run=run)
    assert send_those.call(run.pk, clerk.pk, 0) == 0
    assert len(repeat.charged(gateway)) == 2


def test_while_the_gateway_is_away_the_rest_stays(clerk: Staff, gateway: Sandbox) -> None:
    run = not_made(clerk, gateway)
    Breaker.objects.update_or_create(cause=SILENCE, defaults={"opened_at": clock.now()})
    assert send_those.call(run.pk, clerk.pk, 0) == 0
    Breaker.objects.update(opened_at=None)
    assert send_those.call(run.pk, clerk.pk, 0) == 2
