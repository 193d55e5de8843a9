"""Which rows of a running repeat run a process may charge next, and when each of them may leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from orders import clock
from orders.models import Operation, RepeatItem, RepeatRun
from orders.run_states import ItemState, RunState
from orders.services import audit, repeat_pace
from orders.states import Status

MARGIN_S = 5
LOOKED_AT_AGAIN_S = 10


@dataclass(frozen=True)
class Claimed:
    """Rows of the caller's alone, each with the moment it may leave at; ``is_more``: others wait
    for a later moment.
    """

    rows: list[tuple[RepeatItem, datetime]]
    is_more: bool = False


def claim(run: RepeatRun, most: int) -> Claimed:
    """Up to ``most`` waiting rows that nobody else holds, in the order of the file; none unless the
    run is running. They are the caller's until two requests to the gateway would be over.
    """
    now = clock.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = RepeatItem.objects.filter(free, run=run, state=ItemState.WAITING)
    if not waiting.exists():  # without a transaction, which would lock the whole of an SQLite file
        return Claimed([])
    with transaction.atomic(durable=True):
        looked_at = now + timedelta(seconds=LOOKED_AT_AGAIN_S)
        running = RepeatRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
        if not running.update(due_at=looked_at):
            return Claimed([])
        pace = repeat_pace.locked()
        moments = repeat_pace.moments(pace, most)
        rows = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("id")
        items = list(rows.select_related("card__customer", "card__consent")[: len(moments)])
        moments = moments[: len(items)]
        repeat_pace.use(pace, moments)
        until = now + timedelta(seconds=2 * settings.CHARGE_DEADLINE_S + MARGIN_S)
        RepeatItem.objects.filter(pk__in=[item.pk for item in items]).update(lease_until=until)
        for item in items:
            item.lease_until = until
    return Claimed(list(zip(items, moments, strict=True)), is_more=True)


def end(run: RepeatRun) -> bool:
    """Whether the run has ended: no row waits, and none is on the wire any more."""
    if is_open(run):
        return False
    with transaction.atomic(durable=True):
        running = RepeatRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
        current = running.select_for_update(no_key=True).first()
        if current is None or is_open(run):
            return False
        current.move(RunState.ENDED, ended_at=clock.now(), due_at=None)
        audit.record_account("repeat_run_ended", run=run.number)
    return True


def is_open(run: RepeatRun) -> bool:
    """Whether a row still waits, or its charge may be on the wire. One that is overdue is not: its
    process has died, and the resolver asks about it.
    """
    sending = Operation.objects.filter(
        order__repeat_item__run=run, status=Status.SENDING, next_check_at__gt=clock.now()
    )
    return run.items.filter(state=ItemState.WAITING).exists() or sending.exists()
