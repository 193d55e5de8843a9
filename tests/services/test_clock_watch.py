from datetime import timedelta

import pytest

from orders import clock
from orders.gateway import Outcome
from orders.models import Operation
from orders.services import evidence, resolve
from orders.services.clock_watch import ClockWatch, begin_anew
from orders.services.resolve import Resolver
from orders.states import Status
from tests.factories import OperationFactory
from tests.services.said import said

NOBODY = "http://127.0.0.1:9/FortAPI/paymentApi"


class Steady:
    """A clock that nobody sets."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def told_not_found(operation: Operation, *, after_s: float) -> str:
    """The status after one more "not found", so long after the first jump."""
    with clock.at(clock.now() + timedelta(seconds=after_s)):
        return evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND)).status


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_was_set_is_noticed_once(hours: int) -> None:
    steady = Steady()
    watch = ClockWatch(monotonic=steady)
    assert not watch.has_jumped()
    with clock.at(clock.now() + timedelta(hours=hours)):
        assert watch.has_jumped()
        assert not watch.has_jumped()


def test_time_that_passes_is_no_jump() -> None:
    steady = Steady()
    watch = ClockWatch(monotonic=steady)
    assert not watch.has_jumped()
    steady.now_s += 7200
    with clock.at(clock.now() + timedelta(hours=2, seconds=5)):
        assert not watch.has_jumped()


def test_fault_71_absence_is_not_believed_sooner_by_a_clock_set_forward(db: None) -> None:
    operation = OperationFactory(unknown=True)
    for after_s in (50, 60):
        assert told_not_found(operation, after_s=after_s) == Status.UNKNOWN
    with clock.at(clock.now() + timedelta(hours=1)):
        begin_anew()
        for after_s in (5, 20, 301, 890):
            assert told_not_found(operation, after_s=after_s) == Status.UNKNOWN
        assert told_not_found(operation, after_s=901) == Status.NOT_CHARGED


def test_fault_71_resolver_asks_anew_when_the_clock_was_set(
    db: None, settings: pytest.FixtureRequest
) -> None:
    settings.APS_API_URL = NOBODY  # type: ignore[attr-defined]
    resolver = Resolver()
    operation = OperationFactory(
        unknown=True, not_found_count=2, next_check_at=clock.now() + timedelta(hours=20)
    )
    assert resolver.round() == 0
    with clock.at(clock.now() + timedelta(hours=1)):
        assert resolver.round() == 1
    operation.refresh_from_db()
    assert operation.not_found_count == 0


def test_fault_71_clock_set_back_leaves_nothing_waiting_for_an_hour(db: None) -> None:
    later = clock.now() + timedelta(hours=1)
    sending = OperationFactory(
        sent=True, submitted_at=later, next_check_at=later + timedelta(seconds=45)
    )
    unknown = OperationFactory(
        unknown=True, submitted_at=later, next_check_at=later, lease_until=later
    )
    begin_anew()
    soon = clock.now() + timedelta(seconds=60)
    for operation in (sending, unknown):
        operation.refresh_from_db()
        assert operation.next_check_at < soon
    assert [one.pk for one in resolve._due()] == [unknown.pk]
    evidence.apply(operation=unknown, statement=said(Outcome.UNKNOWN))
    unknown.refresh_from_db()
    assert unknown.next_check_at < soon
