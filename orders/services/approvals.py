"""A second person decides what is over somebody's ceiling; who asked may take it back.

A decision and what it starts are one commit; the request to the gateway leaves afterwards, like
every other. Whoever comes second is told who was quicker.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import origin
from orders.errors import Conflict, Refused
from orders.models import ApprovalRequest, Operation, Order, Staff
from orders.services import (
    approval_requests,
    attend,
    ceilings,
    follow_up,
    limits,
    outside_payments,
    readiness,
    rules,
    unapproved,
)
from orders.services.check_first import check_first
from orders.services.follow_up import Wish
from orders.services.form_keys import key_reused
from orders.services.waiting_approvals import RIGHT
from orders.states import Act, ApprovalStatus, Kind, Reason, Status


def ask(*, actor: Staff, order: Order, kind: Kind, wish: Wish) -> ApprovalRequest:
    """The request for a capture or refund over the ceiling of ``actor``; the same form again gives
    the same one. Raises ``Refused`` as the act itself would, and where nobody has to approve it;
    ``Conflict`` when one waits already.
    """
    rules.may(actor, follow_up.RIGHTS[kind])
    if again := ApprovalRequest.objects.filter(form_key=wish.form_key).first():
        return _same(again, order, kind, wish)
    wish = replace(wish, reason=follow_up.check_reason(kind, wish))
    try:
        return _ask(actor, order, kind, wish)
    except IntegrityError as error:
        if again := ApprovalRequest.objects.filter(form_key=wish.form_key).first():
            return _same(again, order, kind, wish)
        raise Conflict("asked_already", _("Approval of this was asked for already.")) from error


def approve(*, actor: Staff, request: ApprovalRequest) -> ApprovalRequest:
    """The request, approved, and what was asked for sent to the gateway by this call alone.

    Raises ``Refused`` for one's own request or session, without the right, and where the act is not
    possible now: the request stays then; ``Conflict`` when somebody else was quicker.
    """
    rules.may(actor, RIGHT)
    is_charge = request.act == Act.CHARGE
    sends = not is_charge or request.order.wants != Kind.AUTHORIZATION
    kind = Kind.CAPTURE if is_charge and sends else _MOVES.get(Act(request.act))
    if kind:
        check_first(kind, request.order, charge=request.charge, amount_minor=request.amount_minor)
    claiming = readiness.claiming(_key_of_made(request), sends=sends)
    with nullcontext() if request.act == Act.OUTSIDE else claiming:
        made = _approve(actor, request)
    if made:
        follow_up.send(made)
    request.refresh_from_db()
    return request


def refuse(*, actor: Staff, request: ApprovalRequest, reason: str) -> ApprovalRequest:
    """The request, refused; what is reserved for it is let go of. Raises as ``approve`` does."""
    rules.may(actor, RIGHT)
    reason = attend.check_reason(reason)
    with transaction.atomic(durable=True):
        order, current = _locked(request)
        _check_decider(actor, current)
        approval_requests.end(
            current,
            ApprovalStatus.REFUSED,
            "approval_refused",
            actor=actor,
            reason=reason,
            decided_by=actor,
            decision_reason=reason,
        )
        unapproved.stop_unsent(order, current, actor=actor)
    return _let_go(current, actor)


def withdraw(*, actor: Staff, request: ApprovalRequest) -> ApprovalRequest:
    """The request, taken back by who asked; what is reserved for it is let go of."""
    if actor.pk != request.requested_by_id:
        raise Refused("not_yours", _("Only who asked may take it back."))
    with transaction.atomic(durable=True):
        order, current = _locked(request)
        approval_requests.end(current, ApprovalStatus.WITHDRAWN, "approval_withdrawn", actor=actor)
        unapproved.stop_unsent(order, current, actor=actor)
    return _let_go(current, actor)


def why_not_by(actor: Staff, request: ApprovalRequest) -> str:
    """Why ``actor`` may not decide the request, or "". Reads only."""
    if not actor.has_perm(RIGHT):
        return _("You do not have the right to do this.")
    if actor.pk == request.requested_by_id:
        return _("You asked for this yourself. Another person has to decide it.")
    if request.requested_in and request.requested_in == origin.current().session:
        return _("This was asked for in your own session. Sign in anew to decide it.")
    sender = request.operation.actor_id if request.operation else None
    if sender == actor.pk:
        return _("You sent this charge yourself. Another person has to decide it.")
    return ""


def _ask(actor: Staff, order: Order, kind: Kind, wish: Wish) -> ApprovalRequest:
    act = follow_up.ACTS[kind]
    with limits.noted(actor, order), transaction.atomic(durable=True):
        locked = Order.objects.locked(order.pk)
        limits.check_person(actor)
        charge, amount_minor = follow_up.check(kind, locked, wish)
        over = ceilings.over(
            actor=actor, act=act, amount_minor=amount_minor, currency=charge.currency
        )
        if over is None:
            sentence = _("Nobody has to approve this. Read the button again, and press it.")
            raise Refused("within_ceiling", sentence, field="amount")
        return approval_requests.make(
            locked,
            actor=actor,
            act=act,
            over=over,
            form_key=wish.form_key,
            amount_minor=amount_minor,
            charge=charge.merchant_reference,
            reason_code=wish.reason_code,
            reason=wish.reason,
            customer_note=wish.customer_note,
        )


def _same(made: ApprovalRequest, order: Order, kind: Kind, wish: Wish) -> ApprovalRequest:
    """The request a repeated form made, if it asked for the same."""
    asked = (order.pk, follow_up.ACTS[kind], wish.amount_minor)
    is_same = (made.order_id, made.act, made.amount_minor) == asked
    if not is_same or wish.charge not in {"", made.charge}:
        raise key_reused()
    return made


def _approve(actor: Staff, request: ApprovalRequest) -> Operation | None:
    """The decision, and the claim of what carries it out, in one commit."""
    with limits.noted(actor, request.order), transaction.atomic(durable=True):
        order, current = _locked(request)
        _check_decider(actor, current)
        limits.check_person(actor)
        approval_requests.end(
            current, ApprovalStatus.APPROVED, "approval_granted", actor=actor, decided_by=actor
        )
        made = CARRY_OUT[current.act](order, current, actor)
        if made:
            ApprovalRequest.objects.filter(pk=current.pk).update(made=made)
    return made


def _take_charge(order: Order, request: ApprovalRequest, approver: Staff) -> Operation | None:
    """Capture what is reserved, unless the order wants no more than that."""
    charge = request.operation
    if charge is None or charge.status != Status.APPROVED:
        raise Refused(
            "not_reserved_yet",
            _("The gateway has not confirmed yet that the amount is reserved. Decide it then."),
        )
    if order.wants == Kind.AUTHORIZATION:
        return None
    wish = Wish(
        form_key=_key_of_made(request),
        reason_code=Reason.APPROVED,
        amount_minor=request.amount_minor,
        charge=request.charge,
    )
    return follow_up.claim(Kind.CAPTURE, order, wish, actor=request.requested_by, approver=approver)


def _follow_up(order: Order, request: ApprovalRequest, approver: Staff) -> Operation | None:
    """Make the capture or refund that was asked for, while who asked may still do so."""
    kind = Kind(request.act)
    asker = request.requested_by
    if not asker.is_active or not asker.has_perm(follow_up.RIGHTS[kind]):
        raise Refused("asker_may_not", _("Who asked may not do this any more."))
    wish = Wish(
        form_key=_key_of_made(request),
        reason_code=request.reason_code,
        reason=request.reason,
        customer_note=request.details.get("customer_note", ""),
        amount_minor=request.amount_minor,
        charge=request.charge,
    )
    return follow_up.claim(kind, order, wish, actor=asker, approver=approver)


def _record_outside(order: Order, request: ApprovalRequest, approver: Staff) -> None:
    outside_payments.record_approved(order, request, approver)


_MOVES = {act: kind for kind, act in follow_up.ACTS.items()}
# What makes an approved act; None where nothing is sent for it.
CARRY_OUT: dict[str, Callable[[Order, ApprovalRequest, Staff], Operation | None]] = {
    Act.CHARGE: _take_charge,
    Act.CAPTURE: _follow_up,
    Act.REFUND: _follow_up,
    Act.OUTSIDE: _record_outside,
}


def _key_of_made(request: ApprovalRequest) -> str:
    """The form key of what carries the request out: its own, which a charge has used already."""
    return f"request-{request.pk}-capture" if request.act == Act.CHARGE else request.form_key


def _locked(request: ApprovalRequest) -> tuple[Order, ApprovalRequest]:
    order = Order.objects.locked(request.order_id)
    rows = order.approvals.select_related("operation", "requested_by", "decided_by")
    return order, rows.get(pk=request.pk)


def _check_decider(actor: Staff, request: ApprovalRequest) -> None:
    if sentence := why_not_by(actor, request):
        raise Refused("not_by_you", sentence)


def _let_go(request: ApprovalRequest, actor: Staff) -> ApprovalRequest:
    """Void at once; whatever prevents it, the resolver does it later."""
    if request.operation_id:
        unapproved.let_go(request, actor=actor)
    request.refresh_from_db()
    return request
