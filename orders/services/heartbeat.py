"""Whether a resolver lives, and how long the oldest unknown charge has waited for one."""

import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Min

from orders import clock
from orders.models import Heartbeat, Operation
from orders.states import CHARGES, UNSETTLED

EVERY_S = 5.0
ALLOWED_S = 60
FORGOTTEN_AFTER = timedelta(days=1)


class Heart:
    """The sign of life of one resolver, written at most every few seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.name = f"{socket.gethostname()[:80]}:{os.getpid()}"
        self._now = now
        self._next = 0.0

    def beat(self) -> None:
        """Say that this process lives, and forget those that ended long ago."""
        if self._now() < self._next:
            return
        now = clock.now()
        Heartbeat.objects.update_or_create(name=self.name, defaults={"beat_at": now})
        Heartbeat.objects.filter(beat_at__lt=now - FORGOTTEN_AFTER).delete()
        self._next = self._now() + EVERY_S


def living() -> int:
    """How many resolvers gave a sign of life within the time that is allowed."""
    allowed = timedelta(seconds=settings.RESOLVER_SILENCE_S or ALLOWED_S)
    return Heartbeat.objects.filter(beat_at__gte=clock.now() - allowed).count()


def is_silent() -> bool:
    """Whether staff must be told that no resolver lives. One query on a table of a few rows."""
    return bool(settings.RESOLVER_SILENCE_S) and not living()


def unsettled() -> tuple[int, float]:
    """How many charges are sent but not settled, and the seconds since the oldest was sent."""
    rows = Operation.objects.filter(kind__in=CHARGES, status__in=UNSETTLED)
    oldest = rows.aggregate(at=Min("submitted_at"))["at"]
    return rows.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0
