"""Which requests wait for a second person, who that may be, and what became of one's own. Reads
only; ``services.approvals`` decides.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from orders import clock
from orders.models import ApprovalRequest, Order, Staff
from orders.states import ApprovalStatus

RIGHT = "orders.approve_order"
MOST_OWN = 25
MOST_NAMES = 4


def pending(viewer: Staff) -> QuerySet[ApprovalRequest]:
    """What waits, oldest first: all of it for who may approve, else what the viewer asked for."""
    rows = _rows().filter(status=ApprovalStatus.PENDING).order_by("id")
    return rows if viewer.has_perm(RIGHT) else rows.filter(requested_by=viewer)


def own(viewer: Staff) -> list[ApprovalRequest]:
    """What the viewer asked for and what became of it, newest first."""
    rows = _rows().filter(requested_by=viewer).exclude(status=ApprovalStatus.PENDING)
    return list(rows.order_by("-id")[:MOST_OWN])


def mine_to_decide(viewer: Staff) -> QuerySet[ApprovalRequest]:
    """What waits for the viewer's decision; nothing for who may not approve."""
    if not viewer.has_perm(RIGHT):
        return ApprovalRequest.objects.none()
    return pending(viewer).exclude(requested_by=viewer)


def closing(viewer: Staff) -> QuerySet[ApprovalRequest]:
    """What is let go of soon unless somebody decides: the last quarter of its time."""
    soon = clock.now() + timedelta(seconds=settings.APPROVAL_EXPIRES_S / 4)
    rows = _rows().filter(status=ApprovalStatus.PENDING, expires_at__lte=soon)
    if viewer.has_perm("orders.view_all_orders"):
        return rows
    return rows.filter(order__taken_by=viewer)


def waiting_for(order: Order) -> QuerySet[ApprovalRequest]:
    """The requests of the order that wait, oldest first."""
    rows = order.approvals.select_related("requested_by", "operation")
    return rows.filter(status=ApprovalStatus.PENDING).order_by("id")


def latest(order: Order) -> ApprovalRequest | None:
    """The order's newest request, with its people."""
    return order.approvals.select_related("requested_by", "decided_by").order_by("id").last()


def approvers(request: ApprovalRequest) -> list[Staff]:
    """Some of the people who may decide the request."""
    app, codename = RIGHT.split(".")
    by_group = Q(
        groups__permissions__codename=codename, groups__permissions__content_type__app_label=app
    )
    people = Staff.objects.filter(by_group, is_active=True).exclude(pk=request.requested_by_id)
    return list(people.distinct().order_by("first_name", "last_name", "pk")[:MOST_NAMES])


def _rows() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.select_related(
        "order__customer", "requested_by", "decided_by", "operation"
    )
