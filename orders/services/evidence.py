"""The only door through which evidence becomes a state.

Answer, feedback, CHECK_STATUS and person all come through ``apply``. State, totals, order status,
evidence and events are one transaction: either all of it happened, or none did.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from orders import clock
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Order, Staff
from orders.services import audit, kept_cards, totals
from orders.services.statement import Statement
from orders.states import CHARGES, IN_FLIGHT, LIVE, UNSETTLED, Kind, Status

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
        if _is_heard_already(current, statement, actor):
            return current
        _WEIGH[statement.outcome](order, current, statement, actor)
        totals.recompute(order)
    return current


def _is_heard_already(operation: Operation, statement: Statement, actor: Staff | None) -> bool:
    """Keep the statement; ``True`` when the very same one was kept before."""
    _evidence, is_new = Evidence.objects.get_or_create(
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
    return not is_new


def _approve(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    fort_id = statement.facts.get("fort_id") or operation.fort_id
    if operation.status in _PROVEN:
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
    taken = late and operation.is_charge and _has_live_charge(order, operation)
    _move(order, operation, Status.DUPLICATE if taken else Status.APPROVED, statement, actor)
    if late:
        audit.record(order, "late_success", actor=actor, operation=operation)
    if operation.kind == Kind.VOID and operation.parent:
        operation.parent.move(Status.VOIDED, settled_at=clock.now())
        audit.record(order, "authorization_voided", actor=actor, operation=operation.parent)
    if operation.is_charge:
        kept_cards.settle(order, operation, actor)


def _decline(order: Order, operation: Operation, statement: Statement, actor: Staff | None) -> None:
    if operation.status in UNSETTLED:
        _move(order, operation, Status.DECLINED, statement, actor)
    elif operation.status in _PROVEN:
        _contradict(order, operation, statement, actor)


def _leave_unknown(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """Nothing is proven, unless the request surely never left."""
    never_left = statement.sent is False and statement.source == Evidence.Source.REPLY
    if operation.status == Status.SENDING:
        new = Status.NOT_CHARGED if never_left else Status.UNKNOWN
        _move(order, operation, new, statement, actor)
    elif operation.status == Status.UNKNOWN:
        _ask_again_later(operation, not_found_count=0, not_found_first_at=None)
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
    _ask_again_later(operation, not_found_count=count, not_found_first_at=first)
    if _is_absent(operation):
        _move(order, operation, Status.NOT_CHARGED, statement, actor)


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
    changes["problem"] = statement.reason if new == Status.UNKNOWN else ""
    changes["next_check_at"] = _next_check(operation) if new == Status.UNKNOWN else None
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
    )


def _contradict(
    order: Order, operation: Operation, statement: Statement, actor: Staff | None
) -> None:
    """A fact stays; the odd message becomes an event for a person to read."""
    audit.record(
        order,
        "contradiction",
        actor=actor,
        operation=operation,
        evidence=statement.source,
        said=str(statement.outcome),
        problem=statement.reason,
    )


def _ask_again_later(operation: Operation, **changes: object) -> None:
    """Schedule the next question, further away the more were asked."""
    changes["next_check_at"] = _next_check(operation)
    Operation.objects.filter(pk=operation.pk).update(**changes)
    operation.refresh_from_db(fields=list(changes))


def _next_check(operation: Operation) -> datetime:
    """The next moment of the schedule after the request was sent; daily once it is used up.

    However often somebody asks in between, the schedule stays.
    """
    now = clock.now()
    sent = operation.submitted_at or now
    moments = [sent + timedelta(seconds=offset_s) for offset_s in settings.RESOLVE_SCHEDULE_S]
    return next((moment for moment in moments if moment > now), now + timedelta(days=1))


def _is_absent(operation: Operation) -> bool:
    """Whether enough not-found answers lie far enough apart, and long enough after sending."""
    first, submitted = operation.not_found_first_at, operation.submitted_at
    if first is None or submitted is None:
        return False
    now = clock.now()
    return (
        operation.not_found_count >= settings.NOT_FOUND_COUNT
        and now - first >= timedelta(seconds=settings.NOT_FOUND_SPACING_S)
        and now - submitted >= timedelta(seconds=settings.NOT_FOUND_WINDOW_S)
    )


def _has_live_charge(order: Order, operation: Operation) -> bool:
    others = order.operations.filter(kind__in=CHARGES, status__in=LIVE)
    return others.exclude(pk=operation.pk).exists()


def _belongs_to_another(operation: Operation, fort_id: str) -> bool:
    if not operation.is_charge:
        return False
    others = Operation.objects.filter(kind__in=CHARGES, fort_id=fort_id)
    return others.exclude(pk=operation.pk).exists()
