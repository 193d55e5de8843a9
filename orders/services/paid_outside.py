"""What a payment outside the gateway forbids, and what forbids one. Reads only.

Whoever charges asks here under the order's lock; the order's page asks here for its button.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from orders.errors import Conflict
from orders.models import Operation, Order, OutsidePayment
from orders.services.totals import open_duplicates, sums_of
from orders.states import CHARGES, FREE, LOOKED_AT_AGAIN, UNSETTLED, Status


def standing(payments: Iterable[OutsidePayment]) -> OutsidePayment | None:
    """The one of an order's payments that was not taken back, if there is one."""
    return next((one for one in payments if one.taken_back_at is None), None)


def check_none(order: Order) -> None:
    """Raise ``Conflict`` where the order was paid outside the gateway and that stands. The caller
    holds the order's lock.
    """
    payment = OutsidePayment.objects.standing_of(order)
    if payment:
        raise Conflict("paid_outside", charges_nothing(payment))


def charges_nothing(payment: OutsidePayment) -> str:
    """Why no card is charged for an order that was paid so."""
    return _("%(words)s on %(day)s, outside the gateway. Nothing can be charged for it.") % {
        "words": payment.words,
        "day": f"\u2066{payment.received_on.isoformat()}\u2069",
    }


def why_not(operations: Sequence[Operation], outside: OutsidePayment | None) -> str:
    """Why no payment outside the gateway can be recorded now for the order of ``operations``, for
    which ``outside`` stands, or "" if one can. A charge that still waits for its card is no reason:
    it is given up.
    """
    if outside:
        return _("it was paid outside the gateway already. Take that back first.")
    if open_duplicates(operations):
        return _("a card was charged twice, and that is not given back yet.")
    charges = [one for one in operations if one.kind in CHARGES]
    held = [one for one in charges if one.status not in {*FREE, Status.DUPLICATE}]
    return next((why for one in held if (why := _why_it_holds(one, operations))), "")


def may_still_come(operations: Sequence[Operation]) -> list[Operation]:
    """The charges that came to nothing as far as anybody knows, and that the gateway will be asked
    about again: they may turn out to have taken the money.
    """
    charges = [one for one in operations if one.kind in CHARGES]
    return [one for one in charges if one.status in LOOKED_AT_AGAIN and one.next_check_at]


def is_paid_twice(payment: OutsidePayment | None, charge: Operation) -> bool:
    """Whether ``charge`` holds money of an order for which ``payment`` stands beside it."""
    if payment is None or charge.order_id != payment.order_id:
        return False
    sums = sums_of(charge, charge.follow_ups.all())
    return charge.status == Status.APPROVED and sums.authorized > sums.refunded


def _why_it_holds(charge: Operation, operations: Sequence[Operation]) -> str:
    if charge.status == Status.PREPARED:
        if not charge.token_name:
            return ""
        return _("a card was entered and waits to be charged. Charge it, or do not charge it.")
    if charge.status in UNSETTLED:
        return _("a charge is not settled yet. It may have taken the money.")
    if charge.status == Status.APPROVED and not sums_of(charge, operations).captured:
        return _("the amount is reserved on a card. Void that first.")
    return _("a card was charged for it.")
