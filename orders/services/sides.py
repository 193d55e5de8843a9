"""Hold the gateway's rows about one reference against the operations here: where do they differ?

Plain comparison: touches no database and decides nothing about money.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from orders.gateway import Outcome
from orders.models import Difference, Operation
from orders.services.report import ReportRow
from orders.states import CHARGES, Status

What = Difference.What
# Each of these was an approval once, whatever became of it.
PROVEN = frozenset({Status.APPROVED, Status.DUPLICATE, Status.VOIDED, Status.LAPSED})


def what_differs(
    rows: Sequence[ReportRow],
    operations: Sequence[Operation],
    is_due: Callable[[Operation], bool],
) -> Difference.What | None:
    """How the two sides of one reference and kind disagree about money, None where they agree.

    ``is_due``: whether the report had to tell of an operation that was approved here.
    """
    there, here = _unmatched(
        [row for row in rows if row.outcome is Outcome.APPROVED],
        [one for one in operations if one.status in PROVEN],
    )
    due = [one for one in here if _must_be_there(one, there, is_due)]
    if there and due:
        is_same_money = {_money(row) for row in there} == {_money(one) for one in due}
        return What.MISSING_HERE if is_same_money else What.AMOUNT
    tried = [one for one in operations if one.status not in PROVEN]
    refused = [row for row in rows if row.outcome is Outcome.DECLINED]
    if there:
        seen = all(_like(row, tried) > _like(row, refused) or row.is_charge for row in there)
        return What.STATUS if tried and seen else What.MISSING_HERE
    if due:
        # A report tells of what a bank took back as of a refusal: that one is explained.
        known = [*tried, *(one for one in operations if one.reversed_at)]
        seen = all(_like(one, refused) > _like(one, known) or one.is_charge for one in due)
        return What.STATUS if rows and seen else What.MISSING_THERE
    return None


def _must_be_there(
    operation: Operation, there: Sequence[ReportRow], is_due: Callable[[Operation], bool]
) -> bool:
    """Whether the report lacks what was approved here. What the bank took back counts no longer: a
    report may tell of its success, of its end, or of nothing.
    """
    if operation.reversed_at:
        return False
    return is_due(operation) or (bool(there) and operation.is_charge)


def is_on_its_way(operations: Sequence[Operation]) -> bool:
    """Whether a request is being answered at this moment: the next comparison will tell."""
    return any(one.status == Status.SENDING for one in operations)


def _unmatched(
    rows: Sequence[ReportRow], operations: Sequence[Operation]
) -> tuple[list[ReportRow], list[Operation]]:
    """What has no partner on the other side; those of the same money pair by nearest time."""
    pairs = sorted(
        (abs((row.at - _sent_at(one)).total_seconds()), i, j)
        for i, row in enumerate(rows)
        for j, one in enumerate(operations)
        if _is_same(row, one)
    )
    paired_rows: set[int] = set()
    paired: set[int] = set()
    for _apart, i, j in pairs:
        if i not in paired_rows and j not in paired:
            paired_rows.add(i)
            paired.add(j)
    return (
        [row for i, row in enumerate(rows) if i not in paired_rows],
        [one for j, one in enumerate(operations) if j not in paired],
    )


def _is_same(row: ReportRow, operation: Operation) -> bool:
    """A charge is known by the gateway's own number too: the same money twice is no match."""
    return _money(row) == _money(operation) and (
        operation.kind not in CHARGES or row.fort_id == operation.fort_id
    )


def _money(one: ReportRow | Operation) -> tuple[int, str]:
    return one.amount_minor, one.currency


def _like(one: ReportRow | Operation, others: Sequence[ReportRow | Operation]) -> int:
    return sum(_money(one) == _money(other) for other in others)


def _sent_at(operation: Operation) -> datetime:
    return operation.submitted_at or operation.created_at
