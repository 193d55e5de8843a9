"""Ask the gateway what became of a charge. Looking never charges."""

from django.db import transaction
from django.db.models import F

from orders import clock
from orders.gateway import GatewayError
from orders.models import Evidence, Operation, Order, Staff
from orders.services import aps, audit, evidence
from orders.services.statement import Statement
from orders.states import UNSETTLED


def ask(*, operation: Operation, actor: Staff | None = None) -> Operation:
    """The charge after one CHECK_STATUS, applied through the door for evidence.

    Does nothing for one that is settled, or still in its request's time. ``actor`` is the person
    who asked, ``None`` when it is the office itself.
    """
    if operation.status not in UNSETTLED or not operation.is_charge or _is_on_its_way(operation):
        return operation
    Operation.objects.filter(pk=operation.pk).update(checks=F("checks") + 1)
    operation.refresh_from_db()
    try:
        reply = aps.client().check_status(
            merchant_reference=operation.merchant_reference, fort_id=operation.fort_id or None
        )
        statement = Statement.of_check(operation, reply)
    except GatewayError as error:
        statement = Statement.of_silence(Evidence.Source.CHECK, error)
    if actor:
        _note(operation, actor)
    return evidence.apply(operation=operation, statement=statement, actor=actor)


def _note(operation: Operation, actor: Staff) -> None:
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        audit.record(order, "status_asked", actor=actor, operation=operation)


def _is_on_its_way(operation: Operation) -> bool:
    """Whether the request may still be answered: asking now could only say "not found"."""
    due = operation.next_check_at
    return operation.status == "sending" and due is not None and clock.now() < due
