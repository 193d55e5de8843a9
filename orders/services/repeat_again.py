"""Rows of a repeat run whose charge was surely not made are sent again, because a person said so.

No program does that by itself. Each is the same charge with the same reference
(``services.resend``), sent once for each time somebody asks; what is refused stays as it is.
"""

import time

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orders.errors import Conflict, Refused
from orders.models import Operation, RepeatRun, Staff
from orders.run_states import RunState
from orders.services import audit, repeat_pace, resend, rules
from orders.services.repeat_files import RIGHT
from orders.services.repeat_hand import LATER
from orders.states import CHARGES, OrderStatus, Status
from orders.tasks import enqueue, task

SLICE_S = 20.0  # then the queue's other tasks have their turn


def not_charged(run: RepeatRun) -> QuerySet[Operation]:
    """The charges of the run that were not made and that nothing holds, oldest first."""
    return Operation.objects.filter(
        order__repeat_item__run=run,
        order__status=OrderStatus.OPEN,
        kind__in=CHARGES,
        status=Status.NOT_CHARGED,
    ).order_by("id")


def send_again(*, actor: Staff, run: RepeatRun) -> RepeatRun:
    """The run, whose charges that were not made are sent again soon. Raises ``Refused`` where there
    are none, and ``Conflict`` while it is paused.
    """
    rules.may(actor, RIGHT, "orders.charge_order")
    with transaction.atomic(durable=True):
        if _is_paused(run.pk):
            raise Conflict("run_moved_on", _("This run has moved on. See where it stands."))
        count = not_charged(run).count()
        if not count:
            raise Refused("nothing_to_charge", _("There is no row to charge."))
        audit.record_account("repeat_run_sent_again", actor=actor, run=run.number, rows=count)
        enqueue(send_those, run.pk, actor.pk, 0)
    return run


@task
def send_those(run_pk: int, actor_pk: int, after_pk: int) -> int:
    """Send again what was not charged behind the operation ``after_pk``; returns how many were.

    Of equal tasks each charge is sent by one. Ends where the run is paused, and where nothing may
    be sent whatever the row: the rest stays, and may be asked for again. Raises what the database
    raises when it is away.
    """
    actor = Staff.objects.get(pk=actor_pk)
    until, sent = time.monotonic() + SLICE_S, 0
    for operation in not_charged(RepeatRun(pk=run_pk)).filter(pk__gt=after_pk):
        if time.monotonic() >= until:
            enqueue(send_those, run_pk, actor_pk, operation.pk - 1)
            break
        repeat_pace.wait_for_turn()
        if _is_paused(run_pk):
            break
        try:
            resend.resend(actor=actor, operation=operation)
        except Refused as refusal:
            if refusal.code in LATER:
                break
            continue  # its order says why, to whoever tries it there
        sent += 1
    return sent


def _is_paused(run_pk: int) -> bool:
    return RepeatRun.objects.filter(pk=run_pk, state=RunState.PAUSED).exists()
