"""The result of an order from its operations, and what staff must be warned of besides."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders import money
from orders.models import Operation, Order, OutsidePayment
from orders.services.paid_outside import is_paid_twice
from orders.services.result import Result, is_fresh
from orders.services.result_of_charge import result_of_charge
from orders.services.result_of_follow_up import result_of_follow_up
from orders.services.result_of_outside import result_of_outside
from orders.services.result_of_request import result_of_request
from orders.services.totals import open_duplicates
from orders.services.waiting_approvals import latest as latest_request
from orders.states import CHARGES, UNSETTLED, OrderStatus, Status


def result_of(
    order: Order, operations: Sequence[Operation], outside: OutsidePayment | None
) -> Result:
    """The result of ``order``, whose ``operations`` are given oldest first, and for which the
    payment ``outside`` the gateway stands, if there is one.
    """
    if order.status not in OrderStatus.values or any(
        one.status not in Status.values for one in operations
    ):
        return _of_a_later_version()
    latest = next((one for one in reversed(operations) if one.kind not in CHARGES), None)
    is_news = latest is not None and (latest is operations[-1] or latest.status in UNSETTLED)
    if latest and is_news and (news := result_of_follow_up(order, latest)):
        return news
    if outside and order.status == OrderStatus.PAID_OUTSIDE:
        return result_of_outside(order, outside)
    charge, request = _deciding(operations), latest_request(order)
    if request and (news := result_of_request(order, charge, request)):
        return news
    if charge is None:
        return _nothing_tried()
    if charge.status != Status.APPROVED:
        return result_of_charge(order, charge)
    if order.refunded_minor:
        return _given_back(order, charge, is_news=latest is not None and is_fresh(latest))
    if order.captured_minor:
        return _charged(order, charge, is_twice=outside is not None)
    return _reserved(order, charge)


def warnings_of(operations: Sequence[Operation], outside: OutsidePayment | None) -> list[str]:
    """A sentence for everything beside the result that makes it less certain or needs a person.
    ``outside`` is the payment outside the gateway that stands for the order.
    """
    said = [
        _(
            "Paid twice: %(reference)s holds money of a card, and the order was paid outside the "
            "gateway. Give one of them back: refund the card, or take the other payment back."
        )
        % {"reference": one}
        for one in operations
        if one.kind in CHARGES and is_paid_twice(outside, one)
    ]
    said += [
        _("%(reference)s succeeded as well: tell a supervisor, it has to be given back.")
        % {"reference": one}
        for one in open_duplicates(operations)
    ]
    said += [
        _("The bank took refund %(reference)s of %(amount)s back: the customer did not get it.")
        % {"reference": one, "amount": one.amount}
        for one in operations
        if one.reversed_at
    ]
    return said + [
        _("%(act)s %(reference)s of %(amount)s is not settled yet.")
        % {"act": one.get_kind_display(), "reference": one, "amount": one.amount}
        for one in operations
        if one.kind not in CHARGES and one.status in UNSETTLED
    ]


def _deciding(operations: Sequence[Operation]) -> Operation | None:
    """The charge an order stands by: the approved one, else the latest."""
    charges = [one for one in operations if one.kind in CHARGES]
    approved = [one for one in charges if one.status == Status.APPROVED]
    return next(reversed(approved or charges), None)


def _of_a_later_version() -> Result:
    """Two versions of the office run side by side for a while: only the newer one may act here."""
    return Result(
        kind="unknown",
        title=_("Not known to this version"),
        detail=_(
            "This order was written by a newer version of the office. It can be looked at, and "
            "nothing can be done with it here."
        ),
    )


def _nothing_tried() -> Result:
    return Result(
        kind="closed",
        symbol="credit-card",
        title=_("Not charged yet"),
        detail=_("No card was tried for this order."),
        may_enter_card=True,
    )


def _reserved(order: Order, charge: Operation) -> Result:
    return Result(
        kind="reserved",
        title=_("Reserved"),
        detail=_("Held on the card, not yet taken.") + _authorization(charge),
        say=_("%(amount)s is reserved on your card, and not yet taken. Your order is %(order)s.")
        % {"amount": charge.amount, "order": order.number},
        operation=charge,
        is_fresh=is_fresh(charge),
    )


def _charged(order: Order, charge: Operation, *, is_twice: bool) -> Result:
    captured = money.format_money(order.captured_minor, order.currency)
    words = {"amount": captured, "order": order.number}
    is_whole = order.captured_minor >= order.amount_minor
    title = _("Approved") if is_whole else _("Part taken")
    return Result(
        kind="approved",
        title=_("Paid") if order.paid_at else title,
        detail=_("The gateway confirmed %(amount)s.") % words + _authorization(charge),
        say=_("Your payment of %(amount)s is approved. Your order is %(order)s.") % words,
        operation=charge,
        may_mark_paid=is_whole and order.status == OrderStatus.CHARGED and not is_twice,
        is_fresh=is_fresh(charge),
    )


def _given_back(order: Order, charge: Operation, *, is_news: bool) -> Result:
    words = {
        "refunded": money.format_money(order.refunded_minor, order.currency),
        "left": money.format_money(order.left_minor, order.currency),
        "order": order.number,
    }
    return Result(
        kind="closed",
        symbol="arrow-clockwise",
        title=_("Part refunded") if order.left_minor else _("Refunded"),
        detail=_("%(refunded)s was given back; %(left)s is left.") % words,
        say=_("We gave back %(refunded)s for order %(order)s.") % words,
        operation=charge,
        is_fresh=is_news,
    )


def _authorization(charge: Operation) -> str:
    if not charge.authorization_code:
        return ""
    return " " + _("Authorization code %(code)s.") % {"code": charge.authorization_code}
