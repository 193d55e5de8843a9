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
from orders.services import audit, differences, kept_cards, limits, schedule, set_up, totals
from orders.services.place import expire
from orders.services.statement import Statement
from orders.states import CHARGES, IN_FLIGHT, LIVE, LOOKED_AT_AGAIN, UNSETTLED, Kind, Status

_PROVEN = frozenset({Status.APPROVED, Status.DUPLICATE, Status.VOIDED, Status.LAPSED})
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
        kept, is_new = _kept(current, statement, actor)
        if not is_new:
            return current
        before = current.status
        weigh = _release if statement.is_release else _WEIGH[statement.outcome]
        weigh(order, current, statement, actor)
        if statement.verified and current.status != before:
            set_up.tell(order, current, statement.facts.get("response_code", ""))
        if current.status in LOOKED_AT_AGAIN and statement.source == Evidence.Source.CHECK:
            schedule.look_again(current, is_answered=statement.verified)
        totals.recompute(order)
        differences.hear(order, current, statement, kept)
    return current


def _kept(operation: Operation, statement: Statement, actor: Staff | None) -> tuple[Evidence, bool]:
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


def _approve(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    fort_id = statement.facts.get("fort_id") or operation.fort_id
    if operation.status in _PROVEN:
        if operation.is_charge and fort_id != operation.fort_id:
            # The gateway charged the same reference twice: nobody must miss it.
            _contradict(order, operation, replace(statement, reason="fort_id_differs"), actor)
        return
    if not fort_id or _belongs_to_another(operation, fort_id):
        reason = "fort_id_taken" if fort_id else "fort_id_missing"
        proves_nothing = replace(statement, facts={}, reason=reason)
        _leave_unknown(order, operation, proves_nothing, actor)
        return
    if operation.status == Status.PREPARED:
        # Only a restored backup or another system on this account explains it: close, then alarm.
        _move(order, operation, Status.EXPIRED, statement, actor)
    late = operation.status in _REFUSED
    taken = late and operation.is_charge and not _has_room(order, operation)
    _move(order, operation, Status.DUPLICATE if taken else Status.APPROVED, statement, actor)
    if late:
        audit.record(order, "late_success", actor=actor, operation=operation)
    if operation.is_charge:
        kept_cards.settle(order, operation, actor)
    elif operation.kind == Kind.VOID:
        _let_go(order, operation, statement, actor)
    elif operation.amount_minor > _left(order, operation.kind):
        _contradict(order, operation, replace(statement, reason="more_than_was_left"), actor)


def _let_go(order: Order, void: Operation, statement: Statement, actor: Staff | None) -> None:
    """The voided charge frees the order; one whose money was taken already stays as it is."""
    charge = void.parent
    if charge is None or charge.status == Status.VOIDED:
        return
    if charge.status != Status.APPROVED or order.captured_minor:
        _contradict(order, void, replace(statement, reason="taken_already"), actor)
        return
    charge.move(Status.VOIDED, settled_at=clock.now())
    audit.record(order, "authorization_voided", actor=actor, operation=charge)


def _decline(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    if operation.status in UNSETTLED:
        _move(order, operation, Status.DECLINED, statement, actor)
        kept_cards.give_up(order, operation, actor)
        limits.note_refusal(order, operation)
    elif operation.status in _PROVEN:
        _contradict(order, operation, statement, actor)


def _leave_unknown(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """Nothing is proven, unless the request surely never left."""
    never_left = statement.sent is False and statement.source == Evidence.Source.REPLY
    is_news = statement.is_mismatch and statement.reason != operation.problem
    if is_news and operation.status not in _PROVEN:
        Operation.objects.filter(pk=operation.pk).update(problem=statement.reason)
        _tell(order, "mismatch", operation, statement, actor)
    if operation.status == Status.SENDING:
        new = Status.NOT_CHARGED if never_left else Status.UNKNOWN
        _move(order, operation, new, statement, actor)
    elif operation.status == Status.UNKNOWN:
        schedule.ask_again(operation, not_found_count=0, not_found_first_at=None)
    elif operation.status in _PROVEN and statement.verified and statement.reason:
        _contradict(order, operation, statement, actor)


def _miss(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """The gateway does not know the reference. Believed after several answers over some time."""
    if operation.status == Status.SENDING:
        _move(order, operation, Status.UNKNOWN, statement, actor)
    if operation.status in _PROVEN:
        _contradict(order, operation, statement, actor)
    if operation.status != Status.UNKNOWN:
        return
    first = operation.not_found_first_at or clock.now()
    count = operation.not_found_count + 1
    schedule.ask_again(operation, not_found_count=count, not_found_first_at=first)
    if schedule.is_absent(operation):
        _move(order, operation, Status.NOT_CHARGED, statement, actor)


def _release(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    """Two people let go of an unknown charge. One that was settled meanwhile stays as it is."""
    if operation.status != Status.UNKNOWN:
        raise Conflict("settled_meanwhile", _("This has already been settled."))
    _move(order, operation, Status.RELEASED, statement, actor)


_WEIGH = {
    Outcome.APPROVED: _approve,
    Outcome.DECLINED: _decline,
    Outcome.UNKNOWN: _leave_unknown,
    Outcome.NOT_FOUND: _miss,
}


def _move(
    order: Order,
    operation: Operation,
    new: Status,
    statement: Statement,
    actor: Staff | None,
) -> None:
    """Move the operation, write what the statement tells, and record it."""
    now = clock.now()
    changes: dict[str, object] = dict(statement.facts)
    if _belongs_to_another(operation, statement.facts.get("fort_id", "")):
        del changes["fort_id"]
    changes["problem"] = statement.reason if new == Status.UNKNOWN else ""
    changes["next_check_at"] = schedule.after(operation, new)
    if new not in IN_FLIGHT:
        changes["settled_at"] = now
    if new in _PROVEN and operation.submitted_at is None:
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


def _contradict(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """A fact stays; the odd message becomes an event for a person to read."""
    _tell(order, "contradiction", operation, statement, actor)


def _tell(
    order: Order, kind: str, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    audit.record(
        order,
        kind,
        actor=actor,
        operation=operation,
        evidence=statement.source,
        said=str(statement.outcome),
        problem=statement.reason,
    )


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


def _left(order: Order, kind: str) -> int:
    """What a refund or a capture could move before this one was counted, in minor units."""
    if kind == Kind.REFUND:
        return order.left_minor
    return order.authorized_minor - order.captured_minor


def _belongs_to_another(operation: Operation, fort_id: str) -> bool:
    if not operation.is_charge or not fort_id:
        return False
    others = Operation.objects.filter(kind__in=CHARGES, fort_id=fort_id)
    return others.exclude(pk=operation.pk).exists()
