"""What is still open, and from when on people may end it. Reads only; ``services.attention`` shows
it to them, ``services.alarm_mail`` mails it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from orders import clock
from orders.models import Event, Evidence, Operation, Staff
from orders.models.events import ALARMS
from orders.services.afterwards import is_doubted
from orders.states import UNSETTLED, Kind, OrderStatus, Status


def open_operations(viewer: Staff | None = None) -> QuerySet[Operation]:
    """Unknown, or sent so long ago that whoever sent it has died with it; without a viewer all."""
    overdue = Q(status=Status.UNKNOWN) | Q(next_check_at__lte=clock.now())
    rows = Operation.objects.filter(overdue, status__in=sorted(UNSETTLED))
    return rows.filter(_visible_to(viewer))


def old_reservations(viewer: Staff) -> QuerySet[Operation]:
    """Authorizations that still hold an order's whole amount after the days that a setting gives
    them. Read from the orders, of which few are reserved.
    """
    before = clock.now() - timedelta(seconds=settings.RESERVED_ALARM_S)
    rows = Operation.objects.filter(
        order__status=OrderStatus.RESERVED,
        order__taken_at__lte=before,
        kind=Kind.AUTHORIZATION,
        status=Status.APPROVED,
        submitted_at__lte=before,
    )
    return rows.filter(_visible_to(viewer))


def open_alarms(viewer: Staff | None = None) -> QuerySet[Event]:
    """Alarms without an acknowledgement; without a viewer all."""
    rows = Event.objects.filter(kind__in=ALARMS, acknowledgement=None, order__isnull=False)
    return rows.filter(_visible_to(viewer))


def open_strangers() -> QuerySet[Evidence]:
    """Verified evidence of no operation, without an acknowledgement. It belongs to no order, so
    whoever may see this page may see it.
    """
    return Evidence.objects.filter(operation__isnull=True, verified=True, acknowledgement=None)


def free_at(operation: Operation) -> datetime | None:
    """When a supervisor may let go of a charge: long after it was sent, while it is unknown."""
    if not operation.is_charge or operation.status != Status.UNKNOWN:
        return None
    sent_at = operation.submitted_at or operation.created_at
    return sent_at + timedelta(seconds=settings.RELEASE_AFTER_S)


def settles_from(operation: Operation) -> datetime | None:
    """From when two people may settle it: long after it was sent, while no program can. ``None``
    where nobody may.
    """
    sent_at = operation.submitted_at or operation.created_at
    if operation.kind == Kind.AUTHORIZATION and operation.status == Status.APPROVED:
        return sent_at + timedelta(seconds=settings.RESERVED_ALARM_S)
    if operation.is_charge:
        return None
    if operation.status == Status.UNKNOWN:
        return sent_at + timedelta(seconds=settings.RELEASE_AFTER_S)
    return sent_at if is_doubted(operation) else None


def colour(since: datetime) -> str:
    """How urgent something is that has waited since then."""
    waited = clock.now() - since
    if waited >= timedelta(seconds=settings.ALARM_RED_S):
        return "red"
    return "yellow" if waited >= timedelta(seconds=settings.ALARM_YELLOW_S) else ""


def _visible_to(viewer: Staff | None) -> Q:
    return (
        Q()
        if viewer is None or viewer.has_perm("orders.view_all_orders")
        else Q(order__taken_by=viewer)
    )
