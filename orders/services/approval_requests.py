"""Requests for acts over a ceiling: how one is made, ends, and follows what becomes of its charge.

The rows alone; ``services.approvals`` decides them, ``services.unapproved`` lets go of what was not
approved. Every function runs in the caller's transaction, under the order's lock.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from orders import clock, origin
from orders.errors import Conflict, Refused
from orders.models import ApprovalRequest, Operation, Order, OutsidePayment, Staff
from orders.models.rare import rare
from orders.services import audit, ceilings
from orders.services.ceilings import Over
from orders.services.moot import is_moot
from orders.states import LIVE, NOT_APPROVED, Act, ApprovalStatus, Kind, Status

_CAME_TO_NOTHING = frozenset({Status.DECLINED, Status.NOT_CHARGED, Status.RELEASED})


def make(
    order: Order,
    *,
    actor: Staff,
    act: Act,
    over: Over,
    form_key: str,
    amount_minor: int,
    operation: Operation | None = None,
    charge: str = "",
    reason_code: str = "",
    reason: str = "",
    **details: object,
) -> ApprovalRequest:
    """The request, told in the trail. Raises ``Conflict`` while one of its kind waits already."""
    if order.approvals.filter(act=act, status=ApprovalStatus.PENDING).exists():
        raise Conflict(
            "asked_already", _("Approval of this was asked for already. Nothing was sent.")
        )
    request = ApprovalRequest.objects.create(
        order=order,
        act=act,
        operation=operation,
        charge=charge,
        amount_minor=amount_minor,
        currency=over.currency,
        reason_code=reason_code,
        reason=reason,
        held_to=over.act,
        limit=over.limit,
        ceiling_minor=over.ceiling_minor,
        moved_minor=over.moved_minor,
        details=details,
        form_key=form_key,
        requested_by=actor,
        requested_at=clock.now(),
        requested_in=origin.current().session,
        expires_at=_expires_at(),
    )
    tell("approval_asked", request, actor=actor, reason=reason)
    return request


def hold_charge(
    order: Order, operation: Operation, *, actor: Staff, over: Over | None, reason: str
) -> None:
    """See to it that a charge about to be sent waits for approval where ``actor`` is ``over`` a
    ceiling; ``reason`` is what they typed just now, or "". Raises ``Refused`` where it was not
    approved, and ``OverCeiling`` where it would take money at once.
    """
    request = ApprovalRequest.objects.filter(operation=operation).first()
    if request is None:
        if over and operation.kind != Kind.AUTHORIZATION:
            raise ceilings.refusal(over, _takes_at_once(), may_be_asked_for=False)
        if over:
            reason = reason or operation.reason
            ask_for_charge(order, operation, actor=actor, over=over, reason=reason)
    elif request.status in NOT_APPROVED:
        raise Refused("was_not_approved", _("This charge was not approved. Nothing was sent."))
    elif request.status == ApprovalStatus.MOOT:
        _wait_again(request, expires_at=_expires_at())


def ask_for_charge(
    order: Order, operation: Operation, *, actor: Staff, over: Over, reason: str
) -> None:
    """The request of a charge that is reserved meanwhile."""
    make(
        order,
        actor=actor,
        act=Act.CHARGE,
        over=over,
        form_key=operation.form_key,
        amount_minor=operation.amount_minor,
        operation=operation,
        charge=operation.merchant_reference,
        reason=reason,
    )


def end(
    request: ApprovalRequest,
    new: ApprovalStatus,
    kind: str,
    *,
    actor: Staff | None = None,
    reason: str = "",
    **changes: object,
) -> None:
    """The request does not wait any more; the trail is told by an event of ``kind``. Raises
    ``Conflict``, with who was quicker and what they did, where somebody was.
    """
    try:
        request.move(new, decided_at=clock.now(), **changes)
    except Conflict as conflict:
        request.refresh_from_db()
        raise Conflict(conflict.code, decided_words(request)) from conflict
    tell(kind, request, actor=actor, reason=reason)


def decided_words(request: ApprovalRequest) -> str:
    """Who decided the request, and how, for somebody who came too late."""
    words = {"who": f"\u2068{request.decided_by}\u2069"}
    if request.status == ApprovalStatus.APPROVED:
        return _("%(who)s was quicker and approved it.") % words
    if request.status == ApprovalStatus.REFUSED:
        return _("%(who)s was quicker and refused it.") % words
    if request.status == ApprovalStatus.EXPIRED:
        return _("Nobody decided it in time.")
    if request.status == ApprovalStatus.WITHDRAWN:
        return _("It was withdrawn meanwhile.")
    return _("What was asked for came to nothing meanwhile.")


def follow(order: Order) -> None:
    """Let requests follow what became of their charge or order: where that came to nothing, none
    needs a decision any more; a charge that succeeded after all needs it again.
    """
    waits_or_moot = Q(status__in=[ApprovalStatus.PENDING, ApprovalStatus.MOOT])
    without_charge = list[ApprovalRequest]()
    for request in rare(order.approvals.filter(waits_or_moot).select_related("operation")):
        charge = request.operation
        if charge is None:
            without_charge += [request] if request.is_pending else []
        elif request.is_pending and charge.status not in LIVE:
            end(request, ApprovalStatus.MOOT, "approval_moot")
        elif not request.is_pending and charge.status == Status.APPROVED:
            _wait_again(request)
    if without_charge:
        operations = list(order.operations.order_by("id"))
        outside = OutsidePayment.objects.standing_of(order)
        for request in without_charge:
            if is_moot(request, operations, outside):
                end(request, ApprovalStatus.MOOT, "approval_moot")


def hear(operation: Operation) -> None:
    """Raise an alarm where what carries a decision out came to nothing: no program tries again."""
    if operation.status not in _CAME_TO_NOTHING:
        return
    request = ApprovalRequest.objects.filter(made=operation).select_related("order").first()
    if request is None:
        return
    kind = "unapproved_held" if request.status in NOT_APPROVED else "approved_not_done"
    audit.record(request.order, kind, operation=operation, act=request.act)


def tell(
    kind: str, request: ApprovalRequest, *, actor: Staff | None = None, reason: str = ""
) -> None:
    """An event of ``kind`` in the order's trail."""
    audit.record(
        request.order,
        kind,
        actor=actor,
        reason=reason,
        act=request.act,
        amount_minor=request.amount_minor,
        currency=request.currency,
        merchant_reference=request.charge,
        over=[request.held_to, request.limit, request.ceiling_minor, request.moved_minor],
        asked_by=str(request.requested_by),
    )


def _wait_again(request: ApprovalRequest, *, expires_at: datetime | None = None) -> None:
    """A moot request waits again, if there is still time for it."""
    if (expires_at or request.expires_at) <= clock.now():
        request.move(ApprovalStatus.EXPIRED, decided_at=clock.now())
        tell("approval_expired", request)
        return
    changes = {"expires_at": expires_at} if expires_at else {}
    request.move(ApprovalStatus.PENDING, decided_at=None, **changes)
    tell("approval_waits_again", request)


def _takes_at_once() -> str:
    """What to do instead: only a charge that is made anew can be reserved while it waits."""
    return _(
        "%(over)s Nothing was sent. Somebody with a higher limit may send this charge. Or do not "
        "charge it, and take the card again: the amount is reserved then, and approval is asked "
        "for."
    )


def _expires_at() -> datetime:
    return clock.now() + timedelta(seconds=settings.APPROVAL_EXPIRES_S)
