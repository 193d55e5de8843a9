"""Open, keep and close the differences between the office and the gateway's reports.

A difference closes by itself, when a later report or signed evidence makes both sides agree, and
in no other way. What a report says moves no operation: it is not signed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from orders import clock
from orders.gateway import Outcome
from orders.models import Comparison, Difference, Event, Evidence, Operation, Order
from orders.services import audit
from orders.services.covers import without_covered
from orders.services.report import ReportRow
from orders.services.seen import due_in, rows_of, stands, written
from orders.services.sides import PROVEN, is_on_its_way, what_differs
from orders.services.statement import Statement
from orders.services.totals import moved
from orders.states import CHARGES, Kind

Key = tuple[str, Kind]
IsDue = Callable[[Operation], bool]
# Where CHECK_STATUS about a charge tells what followed it, as a sum.
_SUMS = {Kind.CAPTURE: "captured_amount", Kind.REFUND: "refunded_amount"}


@dataclass(frozen=True)
class Sides:
    """What the report says of one reference and kind, what stands here, and how they differ."""

    key: Key
    rows: list[ReportRow]
    operations: list[Operation]
    what: Difference.What | None
    is_due: IsDue


def open_differences() -> QuerySet[Difference]:
    """Those that nothing has closed."""
    return Difference.objects.filter(closed_at__isnull=True)


def sides_of(
    key: Key,
    rows: Sequence[ReportRow],
    operations: Sequence[Operation],
    was: Difference | None,
    covers: Callable[[datetime], bool],
) -> Sides:
    """Both sides of ``key`` as a report tells them that must know of every moment it ``covers``.

    What an earlier report told (``was``) still holds where this one does not reach.
    """
    earlier = rows_of(was) if was else []
    times = {row.at for row in rows}
    told = [*rows, *(row for row in earlier if row.at not in times and not covers(row.at))]
    owed = due_in(was) if was else frozenset()

    def is_due(operation: Operation) -> bool:
        sent_at = operation.submitted_at or operation.created_at
        return operation.pk in owed or covers(sent_at)

    what = what_differs(told, operations, is_due)
    if what and what_differs(without_covered(told, key[0]), operations, is_due) is None:
        what = None
    return Sides(key, told, list(operations), what, is_due)


def keep(
    key: Key,
    rows: Sequence[ReportRow],
    comparison: Comparison,
    covers: Callable[[datetime], bool],
) -> Difference | None:
    """The difference of ``key`` as it is open now, new or seen again, or None where both agree.

    Locks the order, so that evidence that arrives at this moment counts before or after, and
    looks again: what was read without the lock may have moved on.
    """
    with transaction.atomic(durable=True):
        order = _order_of(key[0])
        operations = _operations(key, lock=order)
        was = open_differences().filter(merchant_reference=key[0], kind=key[1]).first()
        if is_on_its_way(operations):
            return was
        sides = sides_of(key, rows, operations, was, covers)
        if sides.what is None:
            if was:
                _close(was, order, report=comparison)
            return None
        return _seen(sides, was, comparison, order)


def hear(order: Order, operation: Operation, statement: Statement, kept: Evidence) -> None:
    """Close what the signed ``statement`` about ``operation``, just weighed, makes agree.

    The caller holds the order's lock and a transaction.
    """
    if not statement.verified:
        return
    for difference in open_differences().filter(merchant_reference=operation.merchant_reference):
        operations = list(
            order.operations.filter(
                merchant_reference=difference.merchant_reference, kind=difference.kind
            )
        )
        vouched = operation if _vouches(statement, operation, operations) else None
        if not is_on_its_way(operations) and (
            _agrees(difference, operations)
            or (vouched and _agrees(difference, operations, vouched))
            or (vouched and _sums_agree(difference, operations, statement.body))
        ):
            _close(difference, order, evidence=kept)


def hear_stranger(kept: Evidence) -> None:
    """Close what a signed message about nothing here covers, once a person acknowledged it."""
    for difference in open_differences().filter(merchant_reference=kept.merchant_reference):
        key = (difference.merchant_reference, Kind(difference.kind))
        order = _order_of(key[0])
        if _agrees(difference, _operations(key, lock=order)):
            _close(difference, order, evidence=kept)


def tell(difference: Difference, kind: str, order: Order | None, **said: Any) -> Event:
    """The event ``difference_<kind>``: on the chain of the order, where there is one. The caller
    holds its lock.
    """
    data = {"about": difference.kind, "difference": difference.what, **said}
    reference = difference.merchant_reference
    if order:
        return audit.record(order, f"difference_{kind}", merchant_reference=reference, **data)
    return audit.record_account(f"difference_{kind}", merchant_reference=reference, **data)


def locked_order(difference: Difference) -> Order | None:
    """The order it is about, locked, or None where its reference is unknown here."""
    return _order_of(difference.merchant_reference)


def _vouches(statement: Statement, operation: Operation, operations: list[Operation]) -> bool:
    """Whether the gateway signed that this very operation succeeded, and not another one. Of
    several equal acts among ``operations`` a message means one, and says which by a reference only.
    """
    if statement.outcome is not Outcome.APPROVED:
        return False
    if operation.is_charge:
        return statement.facts.get("fort_id", operation.fort_id) == operation.fort_id
    if statement.source != Evidence.Source.FEEDBACK or statement.body.get("maintenance_reference"):
        return True
    equal = [one for one in operations if one.amount_minor == operation.amount_minor]
    return equal == [operation]


def _agrees(
    difference: Difference, operations: list[Operation], vouched: Operation | None = None
) -> bool:
    """Whether nothing differs any more. What the gateway's signed word vouches for needs no report:
    it outranks a row about the very same charge.
    """
    rows = rows_of(difference)
    owed = due_in(difference)
    if vouched and vouched in operations and vouched.status in PROVEN:
        operations = [one for one in operations if one != vouched]
        rows = [row for row in rows if not (row.is_charge and row.fort_id == vouched.fort_id)]

    def is_due(operation: Operation) -> bool:
        return operation.pk in owed

    return what_differs(rows, operations, is_due) is None or (
        what_differs(without_covered(rows, difference.merchant_reference), operations, is_due)
        is None
    )


def _sums_agree(
    difference: Difference, operations: list[Operation], body: Mapping[str, str]
) -> bool:
    """Whether the gateway signed the very sum of captures or refunds that counts here."""
    told = body.get(_SUMS.get(Kind(difference.kind), ""), "")
    return told.isascii() and told.isdigit() and int(told) == moved(operations, difference.kind)


def _seen(
    sides: Sides, was: Difference | None, comparison: Comparison, order: Order | None
) -> Difference:
    reference, kind = sides.key
    changes = {
        "what": sides.what,
        "there": [written(row) for row in sides.rows],
        "here": [stands(one, sides.is_due(one)) for one in sides.operations],
        "last_seen_in": comparison,
        "operation": _charge_of(reference),
    }
    if was:
        for name, value in changes.items():
            setattr(was, name, value)
        was.save(update_fields=list(changes))
        return was
    try:
        with transaction.atomic():
            found = Difference.objects.create(
                merchant_reference=reference,
                kind=kind,
                first_seen_in=comparison,
                found_at=clock.now(),
                **changes,
            )
    except IntegrityError:
        # The same report is being read twice at this moment: the other one told of it.
        return open_differences().get(merchant_reference=reference, kind=kind)
    tell(found, "found", order, proof=comparison.sha256)
    return found


def _close(
    difference: Difference,
    order: Order | None,
    *,
    report: Comparison | None = None,
    evidence: Evidence | None = None,
) -> None:
    closed = open_differences().filter(pk=difference.pk)
    if closed.update(closed_at=clock.now(), closed_by_report=report, closed_by_evidence=evidence):
        proof = report.sha256 if report else evidence.digest if evidence else ""
        tell(difference, "closed", order, proof=proof)


def _charge_of(reference: str) -> Operation | None:
    return Operation.objects.filter(merchant_reference=reference, kind__in=CHARGES).first()


def _order_of(reference: str) -> Order | None:
    found = Operation.objects.filter(merchant_reference=reference).first()
    return Order.objects.locked(found.order_id) if found else None


def _operations(key: Key, lock: Order | None) -> list[Operation]:
    reference, kind = key
    return list(lock.operations.filter(merchant_reference=reference, kind=kind)) if lock else []
