"""Totals and status of an order, computed from its operations and written nowhere else."""

from django.db.models import F

from orders.models import Operation, Order
from orders.states import CHARGES, Kind, Status, order_status


def recompute(order: Order) -> None:
    """Write the totals (minor units), the status and a new version. The caller holds the lock.

    Should the gateway ever prove more captured or refunded than there was, the totals stop at the
    limit: such evidence is told in the trail, and must not be lost to a constraint.
    """
    operations = list(order.operations.order_by("id"))
    charges = [operation for operation in operations if operation.kind in CHARGES]
    charge = next((one for one in charges if one.status == Status.APPROVED), None)
    authorized = charge.amount_minor if charge else 0
    captured = min(_captured(charge, operations), authorized) if charge else 0
    refunded = min(_approved_sum(operations, Kind.REFUND), captured)
    status = order_status(
        statuses=[one.status for one in charges],
        authorized_minor=authorized,
        captured_minor=captured,
        refunded_minor=refunded,
        is_paid=order.paid_at is not None,
    )
    Order.objects.filter(pk=order.pk).update(
        authorized_minor=authorized,
        captured_minor=captured,
        refunded_minor=refunded,
        status=status,
        version=F("version") + 1,
    )
    order.refresh_from_db()


def _captured(charge: Operation, operations: list[Operation]) -> int:
    if charge.kind == Kind.PURCHASE:
        return charge.amount_minor
    return _approved_sum(operations, Kind.CAPTURE)


def _approved_sum(operations: list[Operation], kind: Kind) -> int:
    return sum(
        one.amount_minor for one in operations if one.kind == kind and one.status == Status.APPROVED
    )
