"""When to ask about a charge whose outcome is open, when its absence is believed, and when to look
again at one that was believed absent or let go of.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import SystemRandom

from django.conf import settings

from orders import clock
from orders.models import Operation
from orders.states import LOOKED_AT_AGAIN, Kind, Status

_HOUR_S, _DAY_S = 3600, 86_400
chance = SystemRandom()


def next_check(operation: Operation) -> datetime:
    """The next moment of the schedule, which begins when the request's own time is over.

    However often somebody asks in between, the schedule stays.
    """
    now = clock.now()
    due = operation.next_check_at
    if operation.status == Status.UNKNOWN and due and due > now:
        return due
    # A clock that was set back may leave the sending in times to come.
    sent = min(operation.submitted_at or now, now)
    overdue = sent + timedelta(seconds=settings.CHARGE_DEADLINE_S)
    planned_s = _next((now - overdue).total_seconds(), _offsets())
    if planned_s is None:
        return now + timedelta(days=1)
    # A question planned for the time when absence can be believed must not come just before it.
    window_s = settings.NOT_FOUND_WINDOW_S - settings.CHARGE_DEADLINE_S
    offset_s = _spread(*planned_s)
    if offset_s < window_s <= planned_s[0]:
        offset_s = window_s
    return overdue + timedelta(seconds=offset_s)


def next_look(settled_at: datetime) -> datetime | None:
    """The next moment to look again at a charge that seemed not to have happened, ``None`` after
    the last: a success may become visible late, when its feedback is gone.
    """
    elapsed_s = (clock.now() - settled_at).total_seconds()
    planned_s = _next(elapsed_s, settings.RECHECK_AFTER_S)
    return settled_at + timedelta(seconds=_spread(*planned_s)) if planned_s else None


def after(operation: Operation, new: str) -> datetime | None:
    """When to ask about ``operation`` once it has gone to ``new``; ``None`` for never."""
    if new == Status.UNKNOWN:
        return next_check(operation)
    if new == Status.APPROVED and operation.kind == Kind.AUTHORIZATION:
        return clock.now() + timedelta(seconds=settings.RESERVED_ALARM_S)
    return next_look(clock.now()) if new in LOOKED_AT_AGAIN else None


def ask_soon(operation: Operation) -> None:
    """Let the gateway be asked about a proven operation as soon as somebody has time."""
    Operation.objects.filter(pk=operation.pk).update(next_check_at=clock.now())
    operation.refresh_from_db(fields=["next_check_at"])


def ask_again(operation: Operation, **changes: object) -> None:
    """Schedule the next question about an unknown charge, and write ``changes`` too."""
    changes["next_check_at"] = next_check(operation)
    Operation.objects.filter(pk=operation.pk).update(**changes)
    operation.refresh_from_db(fields=list(changes))


def look_again(operation: Operation, *, is_answered: bool) -> None:
    """Schedule the next look, once this one was due. One that nobody answered is made up for, after
    the shortest of the waits.
    """
    now = clock.now()
    if operation.next_check_at is None or operation.next_check_at > now:
        return
    missed = None if is_answered else now + timedelta(seconds=min(settings.RECHECK_AFTER_S))
    due = missed or next_look(operation.settled_at or now)
    Operation.objects.filter(pk=operation.pk).update(next_check_at=due)
    operation.refresh_from_db(fields=["next_check_at"])


def is_absent(operation: Operation) -> bool:
    """Whether enough not-found answers lie far enough apart, and long enough after sending."""
    now = clock.now()
    first, submitted = operation.not_found_first_at or now, operation.submitted_at or now
    return (
        operation.not_found_count >= settings.NOT_FOUND_COUNT
        and now - first >= timedelta(seconds=settings.NOT_FOUND_SPACING_S)
        and now - submitted >= timedelta(seconds=settings.NOT_FOUND_WINDOW_S)
    )


def _offsets() -> Iterator[float]:
    """Seconds from the request's deadline: as set, hourly for a day, six-hourly for a month."""
    yield from settings.RESOLVE_SCHEDULE_S
    offset_s = settings.RESOLVE_SCHEDULE_S[-1]
    while offset_s < 30 * _DAY_S:
        offset_s += _HOUR_S if offset_s < _DAY_S else 6 * _HOUR_S
        yield offset_s


def _next(elapsed_s: float, offsets_s: Iterable[float]) -> tuple[float, float] | None:
    """The first offset that has not begun, and how far it may be moved either way, in seconds.

    An offset has begun with the earliest moment it could be moved to, so that a question that was
    asked early is not asked once more on time.
    """
    earlier_s = 0.0
    for offset_s in offsets_s:
        play_s = (offset_s - earlier_s) * settings.RESOLVE_JITTER
        if offset_s - play_s > elapsed_s:
            return offset_s, play_s
        earlier_s = offset_s
    return None


def _spread(offset_s: float, play_s: float) -> float:
    """The offset moved by chance: what went wrong at once must not be asked about at once."""
    return offset_s + chance.uniform(-play_s, play_s)
