"""Take on what needs attention, and close what evidence cannot close: always with a name."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Acknowledgement, Difference, Event, Evidence, Operation, Order, Staff
from orders.models.events import ALARMS
from orders.services import audit, differences, rules
from orders.states import UNSETTLED

SHORTEST_REASON, LONGEST_REASON = 5, 250


def take_on(*, actor: Staff, operation: Operation) -> Operation:
    """The unsettled operation, owned by ``actor`` from now on, whoever owned it before.

    Raises ``Conflict`` once it is settled.
    """
    rules.may(actor, "orders.view_attention", "orders.charge_order")
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        row = order.operations.filter(pk=operation.pk, status__in=UNSETTLED)
        if not row.update(owner=actor, owned_at=clock.now()):
            raise Conflict("settled_already", _("This has already been settled."))
        audit.record(order, "taken_on", actor=actor, operation=operation)
    operation.refresh_from_db()
    return operation


def close_alarm(*, actor: Staff, event: Event, reason: str) -> Acknowledgement:
    """The acknowledgement of an alarm. Raises ``Refused`` without a reason, ``Conflict`` when
    somebody else closed it first.
    """
    reason = _check(actor, reason)
    if event.kind not in ALARMS or event.order_id is None:
        raise Refused("not_an_alarm", _("There is nothing to close here."))
    with transaction.atomic(durable=True):
        order = Order.objects.locked(event.order_id)
        closed = _close(actor, reason, event=event)
        audit.record(
            order,
            "alarm_closed",
            actor=actor,
            reason=reason,
            alarm=event.kind,
            position=event.position,
            merchant_reference=event.data.get("merchant_reference", ""),
        )
    return closed


def close_stranger(*, actor: Staff, evidence: Evidence, reason: str) -> Acknowledgement:
    """The acknowledgement of a message about nothing here; raises as ``close_alarm`` does."""
    reason = _check(actor, reason)
    if evidence.operation_id is not None or not evidence.verified:
        raise Refused("not_an_alarm", _("There is nothing to close here."))
    with transaction.atomic(durable=True):
        closed = _close(actor, reason, evidence=evidence)
        # First, because it locks an order, and the trail of accounts is locked last of all.
        differences.hear_stranger(evidence)
        audit.record_account(
            "stranger_closed",
            actor=actor,
            reason=reason,
            merchant_reference=evidence.merchant_reference,
            digest=evidence.digest,
        )
    return closed


def take_on_difference(*, actor: Staff, difference: Difference) -> Difference:
    """The difference, owned by ``actor`` from now on. Raises ``Conflict`` once it is closed."""
    return _changed(actor, difference, "taken_on", owner=actor, owned_at=clock.now())


def note_difference(*, actor: Staff, difference: Difference, note: str) -> Difference:
    """The open difference with what ``actor`` found out. A note closes nothing; every one that was
    written stays in the trail. Raises ``Refused`` where it says nothing, ``Conflict`` once closed.
    """
    note = check_reason(note)
    return _changed(actor, difference, "noted", reason=note, note=note, noted_by=actor)


def check_reason(reason: str) -> str:
    """The reason, tidied. Raises ``Refused`` where it says nothing or does not fit."""
    tidied = " ".join(reason.split())
    if len(tidied) < SHORTEST_REASON:
        raise Refused("reason_missing", _("Say why, in a few words."), field="reason")
    if len(tidied) > LONGEST_REASON:
        raise Refused("reason_too_long", _("Say it in 250 letters at most."), field="reason")
    return tidied


def _changed(
    actor: Staff, difference: Difference, kind: str, *, reason: str = "", **changes: object
) -> Difference:
    rules.may(actor, "orders.view_attention", "orders.charge_order")
    with transaction.atomic(durable=True):
        order = differences.locked_order(difference)
        row = differences.open_differences().filter(pk=difference.pk)
        if not row.update(**changes):
            raise Conflict("settled_already", _("This has already been settled."))
        differences.tell(difference, kind, order, actor=actor, reason=reason)
    difference.refresh_from_db()
    return difference


def _check(actor: Staff, reason: str) -> str:
    rules.may(actor, "orders.view_attention", "orders.release_order")
    return check_reason(reason)


def _close(actor: Staff, reason: str, **what: Event | Evidence) -> Acknowledgement:
    try:
        with transaction.atomic():
            return Acknowledgement.objects.create(
                actor=actor, reason=reason, at=clock.now(), **what
            )
    except IntegrityError as error:
        raise Conflict("closed_already", _("Somebody has closed this already.")) from error
