"""Requests that nobody decided in time, and letting go of what was reserved and not approved.

The void is sent by the program, once: by the request of whoever refused, and whatever dies in
between, by the resolver. One that fails raises an alarm for a person, and is never repeated.
"""

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import ApprovalRequest, Operation, Order, Staff
from orders.services import approval_requests, follow_up, readiness
from orders.services.follow_up import Wish
from orders.services.place import expire as give_up
from orders.states import IN_FLIGHT, NOT_APPROVED, ApprovalStatus, Kind, Reason, Status


def overdue() -> QuerySet[ApprovalRequest]:
    """Requests whose time is over, oldest first."""
    rows = ApprovalRequest.objects.filter(status=ApprovalStatus.PENDING)
    return rows.filter(expires_at__lte=clock.now()).order_by("id")


def expire(request: ApprovalRequest) -> None:
    """Nobody decided it in time. Raises ``Conflict`` where somebody just did."""
    with transaction.atomic(durable=True):
        order = Order.objects.locked(request.order_id)
        current = order.approvals.get(pk=request.pk)
        approval_requests.end(current, ApprovalStatus.EXPIRED, "approval_expired")
        stop_unsent(order, current, actor=None)


def stop_unsent(order: Order, request: ApprovalRequest, *, actor: Staff | None) -> None:
    """A charge that was not approved and not sent yet is given up. The caller holds the lock."""
    charge = request.operation
    if charge and charge.status == Status.PREPARED:
        give_up(order, charge, actor=actor)


def due() -> QuerySet[ApprovalRequest]:
    """Requests that were not approved and whose amount is proven to be reserved still."""
    follow_ups = Operation.objects.filter(parent=OuterRef("operation"))
    held_up = follow_ups.filter(
        Q(status__in=sorted(IN_FLIGHT)) | Q(kind=Kind.CAPTURE, status=Status.APPROVED)
    )
    return ApprovalRequest.objects.filter(
        ~Exists(held_up),
        status__in=sorted(NOT_APPROVED),
        made=None,
        operation__status=Status.APPROVED,
    ).order_by("id")


def let_go(request: ApprovalRequest, *, actor: Staff | None = None) -> Operation | None:
    """The void of what was reserved, sent by this call, or ``None`` where there is none to send
    now: nothing is reserved, somebody else sends it, or the gateway is away. ``actor`` decided it.
    """
    key = f"request-{request.pk}-void"
    try:
        with readiness.claiming(key):
            void = _claim(request, key, actor)
    except (Refused, IntegrityError):
        return None
    return follow_up.send(void)


def _claim(request: ApprovalRequest, key: str, actor: Staff | None) -> Operation:
    """Intent and claim of the void in one commit, with the request's mark that it was made. Raises
    ``Conflict`` where there is nothing to let go of now.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.locked(request.order_id)
        current = due().filter(pk=request.pk).select_related("operation").first()
        if current is None or current.operation is None:
            raise Conflict("not_due", _("There is nothing to let go of."))
        wish = Wish(
            form_key=key,
            reason_code=Reason.NOT_APPROVED,
            charge=current.operation.merchant_reference,
        )
        void = follow_up.claim(Kind.VOID, order, wish, actor=actor)
        ApprovalRequest.objects.filter(pk=current.pk).update(made=void)
    return void
