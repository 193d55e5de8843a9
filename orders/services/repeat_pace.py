"""How fast charges of repeat runs leave: one pace for all runs, processes and machines.

Every charge has a moment of its own, and moments are given out under the lock of one row. A moment
that nobody used is not made up for, so that a run held up for an hour meets the gateway no faster.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from orders import clock
from orders.models import Pace

NAME = "repeat"
AHEAD = timedelta(seconds=1)
LOOK_AGAIN_S = 0.1


def locked() -> Pace:
    """The row, locked until the caller's transaction ends."""
    Pace.objects.get_or_create(name=NAME)
    return Pace.objects.select_for_update().get(name=NAME)


def moments(pace: Pace, most: int) -> list[datetime]:
    """Up to ``most`` moments of the next second at which a charge may leave (UTC)."""
    now = clock.now()
    # A row further ahead was written before the clock was set back.
    begins = pace.next_at if now < pace.next_at <= now + 10 * AHEAD else now
    each = timedelta(seconds=1 / settings.REPEAT_RATE)
    fitting = [begins + each * number for number in range(most)]
    return [moment for moment in fitting if moment < now + AHEAD]


def use(pace: Pace, moments: list[datetime]) -> None:
    """Nobody else is given these moments. Part of the transaction that holds the lock."""
    if moments:
        next_at = moments[-1] + timedelta(seconds=1 / settings.REPEAT_RATE)
        Pace.objects.filter(pk=pace.pk).update(next_at=next_at)


def wait_for_turn() -> None:
    """Return when one more charge may leave. The caller has no transaction open."""
    while True:
        with transaction.atomic(durable=True):
            pace = locked()
            found = moments(pace, 1)
            use(pace, found)
        if found:
            time.sleep(max((found[0] - clock.now()).total_seconds(), 0))
            return
        time.sleep(LOOK_AGAIN_S)
