"""The office's clock: the one place that knows the time, so that it can be held or set back.

Everything that is stored or compared reads ``now()``. ``at(moment)`` sets the time for the current
context; the demo uses it to take orders on earlier days.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time

from django.utils import timezone

_held: ContextVar[datetime | None] = ContextVar("held_moment", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _held.get() or timezone.now()


def today() -> date:
    """The date where the office is: days, months and permissions begin and end by it."""
    return timezone.localdate(now())


def midnight(day: date | None = None) -> datetime:
    """When ``day`` began where the office is, aware; without one the day that it is."""
    return timezone.make_aware(datetime.combine(day or today(), time.min))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) inside the block."""
    token = _held.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(token)
