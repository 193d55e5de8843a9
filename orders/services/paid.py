"""Mark an order as paid: an act of a person, possible only once the money is confirmed."""

from django.db import transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Refused
from orders.models import Order, Staff
from orders.services import audit, paid_outside, rules, totals
from orders.states import OrderStatus


def mark_paid(*, actor: Staff, order: Order) -> Order:
    """The order, marked as paid by ``actor``; again, it stays as it was marked first.

    Raises ``Refused`` unless the gateway has confirmed the whole amount and none was given back,
    and ``Conflict`` while the order is paid outside the gateway as well.
    """
    rules.may(actor, "orders.mark_paid")
    with transaction.atomic(durable=True):
        locked = Order.objects.locked(order.pk)
        if locked.paid_at:
            return locked
        paid_outside.check_none(locked)
        if locked.status != OrderStatus.CHARGED or locked.captured_minor < locked.amount_minor:
            raise Refused(
                "not_charged",
                _("Only an order whose whole amount is charged can be marked as paid."),
            )
        Order.objects.filter(pk=locked.pk).update(paid_at=clock.now(), paid_by=actor)
        locked.refresh_from_db()
        audit.record(
            locked,
            "marked_paid",
            actor=actor,
            amount_minor=locked.captured_minor,
            currency=locked.currency,
        )
        totals.recompute(locked)
    return locked
