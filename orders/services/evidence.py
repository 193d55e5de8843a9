"""The only door through which evidence becomes a state.

Answer, feedback, CHECK_STATUS and person all come through ``apply``. State, totals, order status,
evidence and events are one transaction: either all of it happened, or none did.
"""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Order, Staff
from orders.services import (
    afterwards,
    approval_requests,
    audit,
    by_books,
    differences,
    external,
    kept_cards,
    limits,
    receipts,
    schedule,
    set_up,
    totals,
)
from orders.services.moves import PROVEN, TAKES, belongs_to_another, contradict, keep, move, tell
from orders.services.place import expire
from orders.services.statement import Statement
from orders.states import CHARGES, LIVE, LOOKED_AT_AGAIN, UNSETTLED, Kind, Status

_MOST_EQUAL = 5  # messages of one amount that may stand for as many acts; more is for a person
_REFUSED = frozenset({Status.DECLINED, Status.NOT_CHARGED, Status.EXPIRED, Status.RELEASED})


def apply(*, operation: Operation, statement: Statement, actor: Staff | None = None) -> Operation:
    """The operation as it stands once ``statement`` is weighed and kept.

    Idempotent by the statement's digest and monotone: what is proven stays proven, and whatever
    contradicts it becomes an event. Locks the order, then the operation. Raises what the database
    raises; nothing was kept then, and the caller may try again.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        current = order.operations.select_related("consent", "stored_card", "parent").get(
            pk=operation.pk
        )
        statement = by_books.judged(current, statement, order.operations.all())
        kept, is_new = keep(current, statement, actor)
        if not is_new:
            if _may_be_another(current, statement):
                schedule.ask_soon(current)
            return current
        before = current.status
        _weigh(order, current, statement, actor)
        if statement.verified and current.status != before:
            set_up.tell(order, current, statement.facts.get("response_code", ""))
        if current.status in LOOKED_AT_AGAIN and statement.source == Evidence.Source.CHECK:
            schedule.look_again(current, is_answered=statement.verified)
        if current.status != before:
            approval_requests.hear(current)
            approval_requests.follow(order)
        totals.recompute(order)
        receipts.follow(order)
        differences.hear(order, current, statement, kept)
    return current


def _weigh(order: Order, operation: Operation, said: Statement, actor: Staff | None) -> None:
    """Whatever was said, of what is open or of what is proven."""
    is_check = said.source == Evidence.Source.CHECK
    if by_books.is_gone(operation, said):
        afterwards.lapse(order, operation, said, actor)
    elif is_check and operation.is_asked_about and not operation.is_charge:
        _confirm(order, operation, said, actor)
    elif said.is_release:
        _release(order, operation, said, actor)
    elif said.is_agreed:
        _agree(order, operation, said, actor)
    else:
        _WEIGH[said.outcome](order, operation, said, actor)
    if is_check and operation.kind == Kind.AUTHORIZATION:
        afterwards.look_again(operation)
    if is_check and operation.is_charge and operation.status in TAKES:
        afterwards.weigh_totals(order, operation, said)


def _confirm(order: Order, operation: Operation, said: Statement, actor: Staff | None) -> None:
    """A doubted capture or refund was looked up. A few more of the same amount in the books are
    what the other messages told of: they were made at the gateway itself, unless an act of ours
    that is not settled may be one of them.
    """
    charge = order.operations.get(pk=operation.parent_id or 0)
    counted = totals.sums_of(charge, order.operations.all())
    beyond = by_books.exceeds(operation.kind, said.reply, counted) if said.reply else 0
    more, rest = divmod(beyond, operation.amount_minor)
    if 0 < more <= _MOST_EQUAL and not rest and said.reason not in afterwards.WAITS:
        for _each in range(more):
            kind = Kind(operation.kind)
            external.take_in(order, charge, kind, operation.amount_minor, said)
        approval_requests.follow(order)
        said = replace(said, outcome=Outcome.APPROVED, reason="")
    afterwards.confirm(order, operation, said, actor)


def _approve(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    fort_id = statement.facts.get("fort_id") or operation.fort_id
    if operation.status in PROVEN:
        if operation.is_charge and fort_id != operation.fort_id:
            # The gateway charged the same reference twice: nobody must miss it.
            contradict(order, operation, replace(statement, reason="fort_id_differs"), actor)
        elif _may_be_another(operation, statement) or _names_what_was_guessed(operation, statement):
            afterwards.doubt(order, operation, statement, actor)
        return
    if not fort_id or belongs_to_another(operation, fort_id):
        reason = "fort_id_taken" if fort_id else "fort_id_missing"
        proves_nothing = replace(statement, facts={}, reason=reason)
        _leave_unknown(order, operation, proves_nothing, actor)
        return
    if operation.status == Status.PREPARED:
        # Only a restored backup or another system on this account explains it: close, then alarm.
        move(order, operation, Status.EXPIRED, statement, actor)
    late = operation.status in _REFUSED
    taken = late and operation.is_charge and not _has_room(order, operation)
    move(order, operation, Status.DUPLICATE if taken else Status.APPROVED, statement, actor)
    if late:
        audit.record(order, "late_success", actor=actor, operation=operation)
    if operation.is_charge:
        kept_cards.settle(order, operation, actor)
    else:
        afterwards.follow(order, operation, statement, actor)
        if _may_be_another(operation, statement):
            schedule.ask_soon(operation)


def _may_be_another(operation: Operation, statement: Statement) -> bool:
    """Whether the gateway may tell of another capture or refund like this one: nothing in such a
    message tells two of one amount apart unless it names ours.
    """
    is_told_apart = operation.kind == Kind.VOID or statement.body.get("maintenance_reference")
    is_follow_up = operation.status == Status.APPROVED and not operation.is_charge
    is_notice = statement.source == Evidence.Source.FEEDBACK
    return is_follow_up and is_notice and not is_told_apart


def _names_what_was_guessed(operation: Operation, statement: Statement) -> bool:
    """Whether a message names an operation that others, which named none, were taken to be about:
    those may have told of an equal one that was made at the gateway itself.
    """
    is_notice = statement.source == Evidence.Source.FEEDBACK
    if not is_notice or not statement.body.get("maintenance_reference"):
        return False
    notices = operation.evidence.filter(source=Evidence.Source.FEEDBACK, outcome=Outcome.APPROVED)
    return not operation.is_charge and any(
        not body.get("maintenance_reference") for body in notices.values_list("body", flat=True)
    )


def _decline(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    if operation.is_charge:
        limits.lock_sender(operation)  # before the operation and its card, as everywhere
    if operation.status in UNSETTLED:
        move(order, operation, Status.DECLINED, statement, actor)
        if operation.is_charge:
            kept_cards.give_up(order, operation, actor)
            limits.note_refusal(order, operation)
        else:
            afterwards.refused(order, operation, statement)
    elif operation.kind == Kind.REFUND and operation.status == Status.APPROVED:
        afterwards.doubt(order, operation, statement, actor)
    elif operation.status in PROVEN:
        contradict(order, operation, statement, actor)


def _leave_unknown(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """Nothing is proven, unless the request surely never left."""
    never_left = statement.sent is False and statement.source == Evidence.Source.REPLY
    is_news = statement.is_mismatch and statement.reason != operation.problem
    if is_news and operation.status not in PROVEN:
        Operation.objects.filter(pk=operation.pk).update(problem=statement.reason)
        tell(order, "mismatch", operation, statement, actor)
    if operation.status == Status.SENDING:
        new = Status.NOT_CHARGED if never_left else Status.UNKNOWN
        move(order, operation, new, statement, actor)
    elif operation.status == Status.UNKNOWN:
        schedule.ask_again(operation, not_found_count=0, not_found_first_at=None)
    elif operation.status in PROVEN and statement.verified and statement.reason:
        contradict(order, operation, statement, actor)


def _miss(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """The gateway does not know the reference. Believed after several answers over some time."""
    if operation.status == Status.SENDING:
        move(order, operation, Status.UNKNOWN, statement, actor)
    if operation.status in PROVEN:
        contradict(order, operation, statement, actor)
    if operation.status != Status.UNKNOWN:
        return
    first = operation.not_found_first_at or clock.now()
    count = operation.not_found_count + 1
    schedule.ask_again(operation, not_found_count=count, not_found_first_at=first)
    if schedule.is_absent(operation):
        move(order, operation, Status.NOT_CHARGED, statement, actor)
        if not operation.is_charge:
            afterwards.refused(order, operation, statement)


def _agree(order: Order, operation: Operation, said: Statement, actor: Staff | None) -> None:
    """Two people saw in the gateway's books that it did not happen, or is not held any more."""
    if operation.status == Status.UNKNOWN and not operation.is_charge:
        move(order, operation, Status.NOT_CHARGED, said, actor)
    elif afterwards.lapse(order, operation, said, actor):
        return
    elif afterwards.is_doubted(operation):
        afterwards.confirm(order, operation, said, actor)
    else:
        raise Conflict("settled_meanwhile", _("This has already been settled."))


def _release(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """Two people let go of an unknown charge. One that was settled meanwhile stays as it is."""
    if operation.status != Status.UNKNOWN:
        raise Conflict("settled_meanwhile", _("This has already been settled."))
    move(order, operation, Status.RELEASED, statement, actor)


_WEIGH = {
    Outcome.APPROVED: _approve,
    Outcome.DECLINED: _decline,
    Outcome.UNKNOWN: _leave_unknown,
    Outcome.NOT_FOUND: _miss,
}


def _has_room(order: Order, operation: Operation) -> bool:
    """Whether no other charge holds the order. One that was never sent makes room: from now on it
    must not be sent.
    """
    others = order.operations.filter(kind__in=CHARGES, status__in=LIVE)
    other = others.exclude(pk=operation.pk).first()
    if other and other.status == Status.PREPARED:
        expire(order, other, actor=None)
        return True
    return other is None
