"""Totals and status of an order, computed from its operations and written nowhere else."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F

from orders.models import Operation, Order, OutsidePayment
from orders.services import webhook_events
from orders.states import CHARGES, Kind, Status, order_status

_WRITTEN = ("authorized_minor", "captured_minor", "refunded_minor", "status", "version")
_HOLDS = frozenset({Status.APPROVED, Status.DUPLICATE})


class Sums(NamedTuple):
    """What one charge stands at, in minor units, as its operations prove it."""

    authorized: int
    captured: int
    refunded: int

    def left(self, kind: str) -> int:
        """What a capture, a void or a refund could still move; below zero where too much was."""
        if kind == Kind.REFUND:
            return self.captured - self.refunded
        if kind == Kind.VOID:
            return 0 if self.captured else self.authorized
        return self.authorized - self.captured


def sums_of(charge: Operation, operations: Iterable[Operation]) -> Sums:
    """What ``charge`` stands at by those of ``operations`` that follow it up. Not cut to limits."""
    authorized = charge.amount_minor if charge.status in _HOLDS else 0
    mine = [one for one in operations if one.parent_id == charge.pk]
    captured = authorized if charge.kind == Kind.PURCHASE else moved(mine, Kind.CAPTURE)
    return Sums(authorized, captured, moved(mine, Kind.REFUND))


def moved(operations: Iterable[Operation], kind: str) -> int:
    """The sum of those of ``kind`` that are proven, and were not taken back by the bank."""
    return sum(
        one.amount_minor
        for one in operations
        if one.kind == kind and one.status == Status.APPROVED and one.reversed_at is None
    )


def is_given_back(charge: Operation, operations: Iterable[Operation]) -> bool:
    """Whether a duplicate was let go of whole, by a void or by refunds."""
    mine = [one for one in operations if one.parent_id == charge.pk]
    if any(one.kind == Kind.VOID and one.status == Status.APPROVED for one in mine):
        return True
    sums = sums_of(charge, mine)
    return 0 < sums.captured <= sums.refunded


def open_duplicates(operations: Iterable[Operation]) -> list[Operation]:
    """The charges that took money beside another one, and still have it."""
    rows = list(operations)
    duplicates = [one for one in rows if one.status == Status.DUPLICATE]
    return [one for one in duplicates if not is_given_back(one, rows)]


def recompute(order: Order) -> None:
    """Write the totals (minor units), the status and a new version, and to every webhook what
    changed. The caller holds the lock.

    Should the gateway ever prove more captured or refunded than there was, the totals stop at the
    limit: such evidence is told in the trail, and must not be lost to a constraint.
    """
    was = webhook_events.Money(
        order.status, order.authorized_minor, order.captured_minor, order.refunded_minor
    )
    operations = list(order.operations.order_by("id"))
    charges = [operation for operation in operations if operation.kind in CHARGES]
    outside = OutsidePayment.objects.standing_of(order)
    charge = next((one for one in charges if one.status == Status.APPROVED), None)
    sums = sums_of(charge, operations) if charge else Sums(0, 0, 0)
    captured = min(sums.captured, sums.authorized)
    refunded = min(sums.refunded, captured)
    status = order_status(
        statuses=[one.status for one in charges],
        authorized_minor=sums.authorized,
        captured_minor=captured,
        refunded_minor=refunded,
        is_paid=order.paid_at is not None,
        is_paid_outside=outside is not None,
    )
    Order.objects.filter(pk=order.pk).update(
        authorized_minor=sums.authorized,
        captured_minor=captured,
        refunded_minor=refunded,
        status=status,
        version=F("version") + 1,
    )
    order.refresh_from_db(fields=_WRITTEN)
    is_doubled = bool(open_duplicates(operations))
    webhook_events.follow(order, was, outside=outside.pk if outside else 0, is_doubled=is_doubled)
