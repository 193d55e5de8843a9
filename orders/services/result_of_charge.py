"""The result of a charge that took no money, by the status it stands at.

A result never says more than is proven: "not charged" needs proof of absence or a request that
never left, and an open outcome offers no card.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from orders import clock
from orders.models import Operation, Order
from orders.services.explain import Explanation, explain
from orders.services.result import Result, is_asked, is_fresh, since
from orders.services.totals import is_given_back
from orders.states import Status

_CARD_REFUSED = frozenset({"00", "17", "53"})
_PLAIN_DECLINE = "13666"


def result_of_charge(order: Order, charge: Operation) -> Result:
    """The result of ``charge``, the one that ``order`` stands by."""
    return _BY_STATUS[Status(charge.status)](order, charge)


def _prepared(order: Order, charge: Operation) -> Result:
    if not charge.token_name:
        return Result(
            kind="closed",
            symbol="credit-card-2-front",
            title=_("Waiting for the card"),
            detail=_("Nothing is charged before the card is entered.") + since(charge),
            operation=charge,
            may_enter_card=True,
        )
    return Result(
        kind="closed",
        symbol="credit-card",
        title=_("Card accepted, not charged yet"),
        detail=_("One step is left.") + since(charge),
        operation=charge,
        may_charge=True,
    )


def _sending(order: Order, charge: Operation) -> Result:
    """The request is on its way; once it is overdue its process has died and nobody knows."""
    if charge.next_check_at and clock.now() >= charge.next_check_at:
        return _unknown(order, charge)
    return Result(
        kind="unknown",
        title=_("Being charged"),
        detail=_("The request is on its way to the bank.") + since(charge),
        say=_("The payment is on its way to the bank. Please hold for a moment."),
        say_later=_later(order),
        note=_nothing_charges(),
        operation=charge,
        is_open=True,
        is_asked=True,
        is_fresh=True,
    )


def _unknown(order: Order, charge: Operation) -> Result:
    holds = is_asked(charge)
    return Result(
        kind="unknown",
        title=_("We do not know yet"),
        detail=_last_answer(charge) + since(charge),
        say=_hold() if holds else _later(order),
        say_later=_later(order),
        note=_nothing_charges(),
        operation=charge,
        is_open=True,
        is_asked=holds,
        is_fresh=holds,
    )


def _hold() -> str:
    return _(
        "The bank has not answered yet. At most one payment was sent, so you cannot be charged "
        "twice. Please hold for up to 40 seconds."
    )


def _later(order: Order) -> str:
    return _("We will settle this and contact you. Your reference is %(order)s.") % {
        "order": order.number
    }


def _nothing_charges() -> str:
    return _("Nothing on this page can charge the card.")


def _last_answer(charge: Operation) -> str:
    if charge.response_code:
        return _("The gateway's last answer: %(meaning)s (%(code)s).") % _told(charge)
    return _("The bank has not answered.")


def _declined(order: Order, charge: Operation) -> Result:
    words = explain(charge.response_code or _PLAIN_DECLINE)
    detail = _("%(meaning)s (%(code)s).") if charge.response_code else "%(meaning)s."
    return Result(
        kind="declined",
        title=_("Declined"),
        detail=detail % _told(charge, words)
        + " "
        + _("Try %(count)d for this order.") % {"count": charge.seq},
        say=str(words.say),
        note=str(words.next_step),
        operation=charge,
        may_try_same=words.try_same_card,
        may_try_other=words.try_other_card,
        is_fresh=is_fresh(charge),
    )


def _not_charged(order: Order, charge: Operation) -> Result:
    return Result(
        kind="declined",
        title=_("Not charged"),
        detail=_("The gateway was asked several times and does not know this charge.")
        if charge.not_found_count
        else _("The request never reached the gateway."),
        say=_("Your card was not charged. May I try once more?"),
        operation=charge,
        may_send_again=bool(charge.token_name) and charge.token_retired_at is None,
        may_try_same=True,
        may_try_other=True,
        is_fresh=is_fresh(charge),
    )


def _expired(order: Order, charge: Operation) -> Result:
    if charge.response_code[:2] in _CARD_REFUSED:
        return Result(
            kind="declined",
            title=_("Card not accepted"),
            detail=_("%(meaning)s (%(code)s). Nothing was sent to the bank.") % _told(charge),
            say=_("The card was not accepted, and nothing was charged. May I take it once more?"),
            operation=charge,
            may_enter_card=True,
            is_fresh=is_fresh(charge),
        )
    return Result(
        kind="closed",
        symbol="clock-history",
        title=_("Not sent"),
        detail=_("The charge was given up before it was sent. Nothing was charged."),
        operation=charge,
        may_enter_card=True,
        is_fresh=is_fresh(charge),
    )


def _released(order: Order, charge: Operation) -> Result:
    return Result(
        kind="unknown",
        title=_("Let go without an answer"),
        detail=_("A supervisor let go of this charge. It may still have happened."),
        say=_("We are checking with the bank and will contact you."),
        note=_("Ask a supervisor before taking a card for this order again."),
        operation=charge,
        may_try_other=True,
    )


def _duplicate(order: Order, charge: Operation) -> Result:
    if is_given_back(charge, order.operations.all()):
        return Result(
            kind="closed",
            symbol="arrow-clockwise",
            title=_("Given back"),
            detail=_("This charge succeeded beside another one, and was given back whole."),
            say=_("The second payment was given back to your card."),
            operation=charge,
            may_try_other=True,
        )
    return Result(
        kind="declined",
        title=_("Charged, but not counted"),
        detail=_("This charge succeeded while another one held the order."),
        say=_("We see a payment that we have to check. We will contact you."),
        note=_("Tell a supervisor: it has to be given back."),
        operation=charge,
    )


def _let_go(order: Order, charge: Operation) -> Result:
    return Result(
        kind="closed",
        symbol="x-circle",
        title=_("Voided") if charge.status == Status.VOIDED else _("Reservation ended"),
        detail=_("The reserved amount was let go. Nothing was taken."),
        say=_("The amount reserved on your card was let go. Nothing was taken."),
        operation=charge,
        may_try_other=True,
        is_fresh=is_fresh(charge),
    )


def _told(charge: Operation, words: Explanation | None = None) -> dict[str, object]:
    title = (words or explain(charge.response_code)).title
    return {"meaning": title, "code": charge.response_code}


_BY_STATUS: dict[Status, Callable[[Order, Operation], Result]] = {
    Status.PREPARED: _prepared,
    Status.SENDING: _sending,
    Status.UNKNOWN: _unknown,
    Status.DECLINED: _declined,
    Status.NOT_CHARGED: _not_charged,
    Status.EXPIRED: _expired,
    Status.RELEASED: _released,
    Status.DUPLICATE: _duplicate,
    Status.VOIDED: _let_go,
    Status.LAPSED: _let_go,
}
