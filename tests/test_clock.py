import threading
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine

from orders import clock

MOMENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_the_clock_tells_the_present_in_utc() -> None:
    with time_machine.travel(MOMENT, tick=False):
        assert clock.now() == MOMENT
        assert clock.now().tzinfo is UTC


def test_a_held_clock_stands_still_and_goes_on_afterwards() -> None:
    with clock.at(MOMENT):
        assert clock.now() == clock.now() == MOMENT
    assert clock.now() != MOMENT


def test_a_moment_of_another_zone_is_told_in_utc() -> None:
    """So that what is hashed when it is written reads the same when it comes back."""
    noon_in_dubai = datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=4)))
    with clock.at(noon_in_dubai):
        assert clock.now().isoformat() == "2026-11-22T10:00:00+00:00"


def test_days_begin_where_the_office_is() -> None:
    """Midnight in Dubai is eight in the evening in Greenwich."""
    with clock.at(datetime(2026, 11, 22, 20, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 23)
        assert clock.midnight() == clock.now()
        assert clock.midnight(date(2026, 11, 22)) == clock.now() - timedelta(days=1)


def test_the_inner_of_two_held_clocks_counts() -> None:
    with clock.at(MOMENT):
        with clock.at(MOMENT + timedelta(days=1)):
            assert clock.now().day == 23
        assert clock.now().day == 22


def _fail_at(moment: datetime) -> None:
    with clock.at(moment):
        raise RuntimeError


def test_the_clock_goes_on_after_an_error() -> None:
    with pytest.raises(RuntimeError):
        _fail_at(MOMENT)
    assert clock.now() != MOMENT


def test_a_clock_held_here_goes_on_elsewhere() -> None:
    told: list[datetime] = []
    with clock.at(MOMENT):
        other = threading.Thread(target=lambda: told.append(clock.now()))
        other.start()
        other.join()
        assert copy_context().run(clock.now) == MOMENT
    assert told[0] != MOMENT
