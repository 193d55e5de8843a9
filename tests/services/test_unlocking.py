"""Letting somebody charge again: with a name, a reason, and never by oneself."""

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Event, Staff
from orders.services.unlocking import locked_staff, refused_last, unlock_charging
from tests.factories import OperationFactory, StaffFactory


@pytest.fixture
def locked(db: None) -> Staff:
    return StaffFactory(agent=True, charging_locked_at=clock.now())


def test_a_supervisor_unlocks_with_a_reason(locked: Staff, supervisor: Staff) -> None:
    unlock_charging(actor=supervisor, person=locked, reason="their terminal was wrong")
    locked.refresh_from_db()
    assert locked.charging_locked_at is None
    assert locked.charging_unlocked_at is not None
    event = Event.objects.get(kind="charging_unlocked")
    assert (event.actor, event.reason) == (supervisor, "their terminal was wrong")
    assert event.data == {"person": str(locked)}


def test_an_agent_unlocks_nobody_and_sees_nobody_locked(locked: Staff, agent: Staff) -> None:
    with pytest.raises(Refused):
        unlock_charging(actor=agent, person=locked, reason="their terminal was wrong")
    assert not locked_staff(agent)
    locked.refresh_from_db()
    assert locked.charging_locked_at


def test_nobody_unlocks_themselves(supervisor: Staff) -> None:
    supervisor.charging_locked_at = clock.now()
    supervisor.save()
    with pytest.raises(Refused) as refused:
        unlock_charging(actor=supervisor, person=supervisor, reason="it was not me at all")
    assert refused.value.code == "same_person"


def test_without_a_reason_the_lock_stays(locked: Staff, supervisor: Staff) -> None:
    with pytest.raises(Refused) as refused:
        unlock_charging(actor=supervisor, person=locked, reason=" ")
    assert refused.value.field == "reason"
    assert list(locked_staff(supervisor)) == [locked]


def test_the_slower_of_two_supervisors_is_told(locked: Staff, supervisor: Staff) -> None:
    unlock_charging(actor=supervisor, person=locked, reason="their terminal was wrong")
    with pytest.raises(Conflict):
        unlock_charging(actor=supervisor, person=locked, reason="their terminal was wrong")
    assert Event.objects.filter(kind="charging_unlocked").count() == 1


def test_what_was_refused_last_is_shown_newest_first(locked: Staff, supervisor: Staff) -> None:
    first, second = OperationFactory.create_batch(2, declined=True, actor=locked)
    OperationFactory(declined=True)
    OperationFactory(approved=True, actor=locked)
    assert refused_last(supervisor, locked) == [second, first]
    assert refused_last(StaffFactory(agent=True), locked) == []
