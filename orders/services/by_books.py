"""What the gateway's books prove about a capture, a void or a refund, and about a reservation.

CHECK_STATUS describes the last act on a charge, and the running totals where the account delivers
them. So a follow-up is judged by amounts: what was counted before it was sent, and what has been
proven beside it since. Everything else is left to a person.
"""

from collections.abc import Iterable
from dataclasses import replace

from orders.gateway import Outcome, StatusReply, is_over
from orders.models import Operation
from orders.services.statement import Statement
from orders.services.totals import Sums, sums_of
from orders.states import IN_FLIGHT, UNSETTLED, Kind, Status

NOT_MOVED = "not_moved"
_DONE = {Kind.CAPTURE: "04000", Kind.VOID: "08000", Kind.REFUND: "06000"}
# The last act as it must be while nothing of that kind has happened.
_FAILED = {Kind.CAPTURE: "05", Kind.VOID: "09", Kind.REFUND: "07"}
_BEFORE = {
    Kind.CAPTURE: frozenset({"02000"}),
    Kind.VOID: frozenset({"02000"}),
    Kind.REFUND: frozenset({"14000", "04000"}),
}


def judged(
    operation: Operation, statement: Statement, operations: Iterable[Operation]
) -> Statement:
    """The statement with what it proves about ``operation`` beside the others of its order.

    Only an answer to a question about a follow-up is judged here; all else stays as it is. The
    caller holds the order's lock.
    """
    reply = statement.reply
    if reply is None or operation.is_charge or statement.is_mismatch:
        return statement
    if not reply.query_ok:
        gone = reply.outcome is Outcome.NOT_FOUND
        reason = "charge_missing" if gone else reply.problem
        return _said(statement, Outcome.UNKNOWN, reason)
    others = [one for one in operations if one.pk != operation.pk]
    if any(one.parent_id == operation.parent_id and one.status in IN_FLIGHT for one in others):
        return _said(statement, Outcome.UNKNOWN, "another_under_way")
    if operation.status != Status.APPROVED and _was_voided_by_another(operation, others):
        return _said(statement, Outcome.NOT_FOUND, NOT_MOVED)
    charge = next(one for one in others if one.pk == operation.parent_id)
    outcome, reason = _verdict(operation, reply, sums_of(charge, others))
    is_guess = (operation.status, reason) == (Status.APPROVED, "total_differs")
    is_guess |= operation.status in UNSETTLED and outcome is Outcome.APPROVED
    if is_guess and _may_be_another(operation, others):
        return _said(statement, Outcome.UNKNOWN, "may_be_another")
    return _said(statement, outcome, reason)


def is_gone(operation: Operation, statement: Statement) -> bool:
    """Whether an answer proves that the gateway no longer holds the reservation ``operation``."""
    totals = statement.totals
    return (
        operation.kind == Kind.AUTHORIZATION
        and operation.status == Status.APPROVED
        and totals is not None
        and totals.transaction_code == _DONE[Kind.VOID]
        and not totals.captured_minor
    )


def exceeds(kind: str, reply: StatusReply, counted: Sums) -> int:
    """By how much the gateway's total of captures or refunds exceeds what is counted here, in minor
    units; 0 where the account delivers none.
    """
    total = _total(kind, reply) if reply.query_ok else None
    own = counted.captured if kind == Kind.CAPTURE else counted.refunded
    return 0 if total is None else total - own


def _was_voided_by_another(operation: Operation, others: Iterable[Operation]) -> bool:
    """Whether the void that the books show is another one, which let go of the whole reservation:
    there is never a second.
    """
    return operation.kind == Kind.VOID and any(
        one.parent_id == operation.parent_id
        and one.kind == Kind.VOID
        and one.status == Status.APPROVED
        for one in others
    )


def _may_be_another(operation: Operation, others: Iterable[Operation]) -> bool:
    """Whether totals may show another act than ``operation``: an equal one, believed absent and
    still looked at, may have come late. Its own message tells, or two people do.
    """
    return any(
        one.parent_id == operation.parent_id
        and one.kind == operation.kind
        and one.amount_minor == operation.amount_minor
        and one.status == Status.NOT_CHARGED
        and one.next_check_at is not None
        and (one.not_found_count or one.approver_id)  # else it surely never left
        for one in others
    )


def _verdict(operation: Operation, reply: StatusReply, before: Sums) -> tuple[Outcome, str]:
    """``before`` is what the charge stands at without this operation."""
    if operation.kind == Kind.VOID:
        return _by_last_act(operation, reply)
    base = before.captured if operation.kind == Kind.CAPTURE else before.refunded
    total = _total(operation.kind, reply)
    if total is None:
        whole = before.authorized if operation.kind == Kind.CAPTURE else before.captured
        if base or operation.amount_minor != whole:
            return Outcome.UNKNOWN, "part_without_totals"
        return _by_last_act(operation, reply)
    if total == base + operation.amount_minor:
        return Outcome.APPROVED, ""
    if total != base:
        return Outcome.UNKNOWN, "total_differs"
    # An act that the gateway has not ended may still move it.
    over = is_over(reply.transaction_status, reply.transaction_code)
    return (Outcome.NOT_FOUND, NOT_MOVED) if over else (Outcome.UNKNOWN, "not_settled")


def _by_last_act(operation: Operation, reply: StatusReply) -> tuple[Outcome, str]:
    kind, code = Kind(operation.kind), reply.transaction_code
    if code == _DONE[kind]:
        return Outcome.APPROVED, ""
    if code in _BEFORE[kind]:
        return Outcome.NOT_FOUND, NOT_MOVED
    over = is_over(reply.transaction_status, code)
    if over and code[:2] == _FAILED[kind]:
        return Outcome.NOT_FOUND, NOT_MOVED
    return Outcome.UNKNOWN, "last_act_differs" if over else "not_settled"


def _total(kind: str, reply: StatusReply) -> int | None:
    if kind == Kind.CAPTURE:
        return reply.captured_minor
    return reply.refunded_minor if kind == Kind.REFUND else None


def _said(statement: Statement, outcome: Outcome, reason: str) -> Statement:
    return replace(statement, outcome=outcome, reason=reason[:40])
