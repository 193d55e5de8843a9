"""Notices that this machine's clock was set forward or back.

What was planned and counted by the old time is then of no use: absence could be believed too soon,
and questions could wait for an hour that does not come.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from orders import clock
from orders.models import Operation
from orders.states import CHARGES, Status

TOLERANCE_S = 30


class ClockWatch:
    """Compares the clock with one that nobody sets. For one thread.

    A machine that was asleep looks the same as one whose clock was set, and is treated alike.
    """

    def __init__(
        self,
        now: Callable[[], datetime] = clock.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._ahead_s: float | None = None

    def has_jumped(self) -> bool:
        """Whether the clock was set since this was asked last; the first time it cannot tell."""
        ahead_s = self._now().timestamp() - self._monotonic()
        before_s, self._ahead_s = self._ahead_s, ahead_s
        return before_s is not None and abs(ahead_s - before_s) > TOLERANCE_S


def begin_anew() -> None:
    """Forget what was planned by another time: "not found" is counted from the beginning and not
    believed before its whole window has passed once more, what is unknown is asked about now, and
    no request is waited for longer than it may take.
    """
    now = clock.now()
    unknown = Operation.objects.filter(status=Status.UNKNOWN, kind__in=CHARGES)
    spare_s = max(settings.NOT_FOUND_WINDOW_S - settings.NOT_FOUND_SPACING_S, 0)
    unknown.update(
        not_found_count=0,
        not_found_first_at=now + timedelta(seconds=spare_s),
        next_check_at=now,
        lease_until=None,
    )
    latest = now + timedelta(seconds=settings.CHARGE_DEADLINE_S)
    sending = Operation.objects.filter(status=Status.SENDING, next_check_at__gt=latest)
    sending.update(next_check_at=latest)
