"""How a weighed statement is written down: the move with its facts, or what is told instead.

Used by the door for evidence alone, inside its transaction and under the order's lock.
"""

from orders import clock
from orders.models import Evidence, Operation, Order, OutsidePayment, Staff
from orders.services import audit, schedule
from orders.services.statement import Statement
from orders.states import CHARGES, IN_FLIGHT, Status

TAKES = frozenset({Status.APPROVED, Status.DUPLICATE})
PROVEN = frozenset({Status.APPROVED, Status.DUPLICATE, Status.VOIDED, Status.LAPSED})


def move(
    order: Order,
    operation: Operation,
    new: Status,
    statement: Statement,
    actor: Staff | None,
) -> None:
    """Move the operation, write what the statement tells, and record it."""
    now = clock.now()
    changes: dict[str, object] = dict(statement.facts)
    if belongs_to_another(operation, statement.facts.get("fort_id", "")):
        del changes["fort_id"]
    changes["problem"] = statement.reason if new == Status.UNKNOWN else ""
    changes["next_check_at"] = schedule.after(operation, new)
    if new not in IN_FLIGHT:
        changes["settled_at"] = now
    if new in PROVEN and operation.submitted_at is None:
        changes["submitted_at"] = operation.created_at
    if operation.stored_card_id:
        changes.pop("expiry", None)
    operation.move(new, **changes)
    audit.record(
        order,
        f"{operation.kind}_{new}",
        actor=actor,
        operation=operation,
        evidence=statement.source,
        problem=statement.reason,
        **statement.told,
    )
    if new in TAKES and operation.is_charge:
        _tell_of_both(order, operation)


def _tell_of_both(order: Order, operation: Operation) -> None:
    """A card took money although the order was paid outside the gateway: one must be given back."""
    payment = OutsidePayment.objects.standing_of(order)
    if payment:
        audit.record(
            order,
            "paid_twice",
            operation=operation,
            method=payment.method,
            outside_reference=payment.reference,
        )


def contradict(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """A fact stays; the odd message becomes an event for a person to read."""
    tell(order, "contradiction", operation, statement, actor)


def tell(
    order: Order, kind: str, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """An event of ``kind`` about what was said of the operation."""
    audit.record(
        order,
        kind,
        actor=actor,
        operation=operation,
        evidence=statement.source,
        said=str(statement.outcome),
        problem=statement.reason,
        **statement.told,
    )


def belongs_to_another(operation: Operation, fort_id: str) -> bool:
    """Whether the gateway's number is that of another charge here."""
    if not operation.is_charge or not fort_id:
        return False
    others = Operation.objects.filter(kind__in=CHARGES, fort_id=fort_id)
    return others.exclude(pk=operation.pk).exists()


def keep(
    operation: Operation, statement: Statement, actor: Staff | None = None
) -> tuple[Evidence, bool]:
    """The statement as evidence, and whether it is the first time that it was heard."""
    return Evidence.objects.get_or_create(
        digest=statement.digest,
        defaults={
            "operation": operation,
            "source": statement.source,
            "verified": statement.verified,
            "outcome": statement.outcome,
            "reason": statement.reason,
            "merchant_reference": operation.merchant_reference,
            "body": dict(statement.body),
            "size": statement.size,
            "actor": actor,
            "received_at": clock.now(),
        },
    )
