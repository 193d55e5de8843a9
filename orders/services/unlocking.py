"""People who may not charge because too many cards were refused, and how one of them goes on."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff
from orders.services import audit, rules
from orders.services.attend import check_reason
from orders.states import Status

RIGHT = "orders.unlock_charging"
MOST = 10


def locked_staff(viewer: Staff) -> QuerySet[Staff]:
    """Who is locked, longest first, as far as it is the viewer's business."""
    locked = Staff.objects.filter(charging_locked_at__isnull=False).order_by("charging_locked_at")
    return locked if viewer.has_perm(RIGHT) else locked.none()


def refused_last(viewer: Staff, person: Staff) -> list[Operation]:
    """The charges of ``person`` that the bank refused last, newest first, of orders the viewer may
    see.
    """
    refused = Operation.objects.select_related("order__customer").filter(
        actor=person, status=Status.DECLINED, order__in=Order.objects.visible_to(viewer)
    )
    return list(refused.order_by("-created_at")[:MOST])


def unlock_charging(*, actor: Staff, person: Staff, reason: str) -> None:
    """Let ``person`` charge again; what was refused until now is not counted any more.

    Raises ``Refused`` for one's own lock or without a reason, and ``Conflict`` when somebody else
    was quicker.
    """
    rules.may(actor, RIGHT)
    if actor.pk == person.pk:
        raise Refused("same_person", _("Another person has to unlock you."))
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        locked = Staff.objects.filter(pk=person.pk, charging_locked_at__isnull=False)
        if not locked.update(charging_locked_at=None, charging_unlocked_at=clock.now()):
            raise Conflict("unlocked_already", _("Somebody has unlocked this person already."))
        audit.record_account("charging_unlocked", actor=actor, reason=reason, person=str(person))
