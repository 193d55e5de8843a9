"""Running repeat runs are worked on: by tasks of the queue, and by whoever waits at a shell."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings

from orders import clock
from orders.models import RepeatRun
from orders.run_states import RunState
from orders.services import repeat_claims
from orders.services.repeat_hand import Hand, may_begin
from orders.tasks import enqueue, task

SLICE_S = 20.0  # then the queue's other tasks have their turn


@task
def lend_a_hand(run_pk: int) -> bool:
    """Work on the run for a while, and have it gone on with where rows are left. Returns whether.

    Any number of these share a run. Raises what the database raises when it is away; the run is
    looked at again when it is due.
    """
    run = RepeatRun.objects.select_related("started_by").get(pk=run_pk)
    until = time.monotonic() + SLICE_S
    is_left = work(run, is_over=lambda: time.monotonic() >= until)
    if is_left and time.monotonic() >= until:
        enqueue(lend_a_hand, run_pk)
    return is_left


def work(
    run: RepeatRun,
    *,
    is_over: Callable[[], bool] = lambda: False,
    tell: Callable[[], object] = lambda: None,
) -> bool:
    """Charge rows of the run until none is left to take, or ``is_over`` says so; whether some are
    left. Ends the run once the last one has its answer.
    """
    if run.state != RunState.RUNNING or not may_begin():
        return False
    is_left = Hand(run, is_over, tell).work()
    if not is_left:
        repeat_claims.end(run)
    return is_left


def sweep() -> int:
    """Have those runs worked on that are due: just started, or left by all who worked on them.
    Returns how many.
    """
    now = clock.now()
    swept = 0
    for run in RepeatRun.objects.filter(state=RunState.RUNNING, due_at__lte=now):
        later = now + timedelta(seconds=repeat_claims.LOOKED_AT_AGAIN_S)
        mine = RepeatRun.objects.filter(pk=run.pk, state=RunState.RUNNING, due_at=run.due_at)
        if mine.update(due_at=later):
            for _hand in range(settings.REPEAT_HANDS):
                enqueue(lend_a_hand, run.pk)
            swept += 1
    return swept
