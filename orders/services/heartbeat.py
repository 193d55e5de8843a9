"""Whether a resolver and a worker live, and how long the oldest unknown charge has waited."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Min

from orders import clock
from orders.models import Heartbeat, Operation
from orders.states import CHARGES, UNSETTLED

EVERY_S = 5.0
ALLOWED_S = 60
FORGOTTEN_AFTER = timedelta(days=1)
WORKER = "worker "  # begins the names of workers; a host's name holds no blank


class Heart:
    """The sign of life of one resolver, or ``of`` a worker, written at most every few seconds."""

    def __init__(self, of: str = "", *, now: Callable[[], float] = time.monotonic) -> None:
        self.name = f"{of}{socket.gethostname()[:80]}:{os.getpid()}"
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

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Signs of life while one thing is done that may take minutes."""
        is_done = threading.Event()

        def go_on() -> None:
            while not is_done.wait(EVERY_S):
                with suppress(InterfaceError, OperationalError):
                    self.beat()
            connection.close()  # this thread's own

        beside = threading.Thread(target=go_on, daemon=True)
        beside.start()
        try:
            yield
        finally:
            is_done.set()
            beside.join()


def living() -> int:
    """How many resolvers gave a sign of life within the time that is allowed."""
    return sum(not name.startswith(WORKER) for name in _living())


def living_workers() -> int:
    """How many workers did."""
    return sum(name.startswith(WORKER) for name in _living())


def silent() -> set[str]:
    """Whom staff must be told of because none of them lives: "resolver", "worker". One query on a
    table of a few rows.
    """
    if not settings.RESOLVER_SILENCE_S:
        return set()
    living = {"worker" if name.startswith(WORKER) else "resolver" for name in _living()}
    return {"resolver", "worker"} - living


def _living() -> list[str]:
    allowed = timedelta(seconds=settings.RESOLVER_SILENCE_S or ALLOWED_S)
    living = Heartbeat.objects.filter(beat_at__gte=clock.now() - allowed)
    return list(living.values_list("name", flat=True))


def unsettled() -> tuple[int, float]:
    """How many charges are sent but not settled, and the seconds since the oldest was sent."""
    rows = Operation.objects.filter(kind__in=CHARGES, status__in=UNSETTLED)
    oldest = rows.aggregate(at=Min("submitted_at"))["at"]
    return rows.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0
