"""The result of a capture, a void or a refund that is open, or came to nothing just now.

One that succeeded needs none of its own: the order's result tells what it holds by then. Nothing
here offers anything that sends.
"""

from django.utils.translation import gettext as _

from orders import clock
from orders.models import Operation, Order
from orders.services.explain import explain
from orders.services.result import Result, is_asked, is_fresh, since
from orders.states import UNSETTLED, Kind, Status


def result_of_follow_up(order: Order, latest: Operation) -> Result | None:
    """The result of the order's ``latest`` capture, void or refund, if that is news."""
    if latest.status in UNSETTLED:
        return _open(order, latest)
    if latest.status in {Status.DECLINED, Status.NOT_CHARGED} and is_fresh(latest):
        return _came_to_nothing(latest)
    return None


def _open(order: Order, operation: Operation) -> Result:
    overdue = operation.next_check_at is None or clock.now() >= operation.next_check_at
    on_its_way = operation.status == Status.SENDING and not overdue
    holds = is_asked(operation)
    words = {"act": operation.get_kind_display(), "amount": operation.amount}
    detail = _("%(act)s of %(amount)s: the gateway has not confirmed it.") % words
    return Result(
        kind="unknown",
        title=_("On its way") if on_its_way else _("We do not know yet"),
        detail=detail + since(operation),
        say=_SAY[Kind(operation.kind)]() % {"order": order.number},
        say_later=_SAY[Kind(operation.kind)]() % {"order": order.number},
        note=_("Nothing on this page can send it again. The office asks until it is settled."),
        operation=operation,
        is_open=True,
        is_asked=holds,
        is_fresh=holds,
    )


def _came_to_nothing(operation: Operation) -> Result:
    words = explain(operation.response_code) if operation.response_code else None
    told = {
        "act": operation.get_kind_display(),
        "amount": operation.amount,
        "meaning": words.title if words else _("The gateway did not get it, or did not do it"),
        "code": f" ({operation.response_code})" if words else "",
    }
    refused = operation.status == Status.DECLINED
    return Result(
        kind="declined",
        title=_("Refused") if refused else _("Not done"),
        detail=_("%(act)s of %(amount)s: %(meaning)s%(code)s.") % told,
        say=_("Nothing more was moved. We will look into it and contact you."),
        note=_("What the order holds is unchanged."),
        operation=operation,
        is_fresh=True,
    )


def _say_capture() -> str:
    return _("The bank has not confirmed it yet. You cannot be charged twice for %(order)s.")


def _say_void() -> str:
    return _("The bank has not confirmed yet that it let go. Your reference is %(order)s.")


def _say_refund() -> str:
    return _(
        "The bank has not confirmed the refund yet. We will settle this and contact you. Your "
        "reference is %(order)s."
    )


_SAY = {Kind.CAPTURE: _say_capture, Kind.VOID: _say_void, Kind.REFUND: _say_refund}
