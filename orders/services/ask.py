"""Ask the gateway what became of a charge. Looking never charges."""

from django.db import transaction
from django.db.models import F

from orders import clock
from orders.gateway import GatewayError
from orders.models import Evidence, Operation, Order, Staff
from orders.services import aps, audit, evidence
from orders.services.statement import Statement
from orders.states import LOOKED_AT_AGAIN, UNSETTLED, Status


def ask(*, operation: Operation, actor: Staff | None = None) -> Operation:
    """The charge after one CHECK_STATUS, applied through the door for evidence.

    Does nothing for one that is settled, or still in its request's time. ``actor`` is the person
    who asked, ``None`` when it is the office itself.
    """
    if not may_be_asked(operation):
        return operation
    statement = said_about(counted([operation])[0])
    if actor:
        _note(operation, actor)
    return evidence.apply(operation=operation, statement=statement, actor=actor)


def may_be_asked(operation: Operation) -> bool:
    """Whether an answer could tell anything: of a charge that is open, or seemed not to happen."""
    is_open = operation.status in UNSETTLED | LOOKED_AT_AGAIN
    return is_open and operation.is_charge and not is_on_its_way(operation)


def counted(operations: list[Operation]) -> list[Operation]:
    """The charges with one more question to their names: the same answer again is another one."""
    if operations:
        keys = [operation.pk for operation in operations]
        Operation.objects.filter(pk__in=keys).update(checks=F("checks") + 1)
    for operation in operations:
        operation.refresh_from_db()
    return operations


def said_about(operation: Operation) -> Statement:
    """What the gateway says about the charge now. Touches no database: any thread may wait here."""
    try:
        reply = aps.client().check_status(
            merchant_reference=operation.merchant_reference, fort_id=operation.fort_id or None
        )
        return Statement.of_check(operation, reply)
    except GatewayError as error:
        return Statement.of_silence(Evidence.Source.CHECK, error)


def _note(operation: Operation, actor: Staff) -> None:
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        audit.record(order, "status_asked", actor=actor, operation=operation)


def is_on_its_way(operation: Operation) -> bool:
    """Whether the request may still be answered: asking now could only say "not found"."""
    due = operation.next_check_at
    return operation.status == Status.SENDING and due is not None and clock.now() < due
