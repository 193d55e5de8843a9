"""What a person says was received for an order outside the gateway, and whether it can be so."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, OutsidePayment
from orders.services import paid_outside
from orders.services.attend import check_reason
from orders.states import OutsideMethod

LONGEST_REFERENCE = 60
LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Received:
    """What a person says was received.

    ``amount_minor`` is the order's whole amount as the page named it, in minor units. ``beside``
    holds the references of charges that may still turn out to have taken the money, as far as the
    person was told of them and goes on all the same.
    """

    form_key: str
    method: str
    reference: str
    reason: str
    received_on: date
    amount_minor: int
    beside: frozenset[str] = frozenset()


def check_received(received: Received) -> str:
    """The reason, tidied. Raises ``Refused`` for what the words themselves lack."""
    if received.method not in OutsideMethod.values:
        raise Refused("method_unknown", _("Choose how it was paid."), field="method")
    reference = tidy(received.reference)
    if not reference:
        raise Refused("reference_missing", _("Type what the paper says."), field="reference")
    if len(reference) > LONGEST_REFERENCE:
        raise Refused("reference_too_long", _("Type it in 60 letters at most."), field="reference")
    today = clock.today()
    if received.received_on > today:
        raise Refused(
            "received_later", _("This day is still to come. Record it then."), field="received_on"
        )
    if received.received_on < today - LONGEST_AGO:
        raise Refused("received_long_ago", _("This is more than a year ago."), field="received_on")
    return check_reason(received.reason)


def check_order(order: Order, operations: list[Operation], received: Received) -> list[str]:
    """The references of charges that may still come. Refuses an order that a card holds, and an
    amount or a charge that the person was not shown. The caller holds the lock.
    """
    standing = OutsidePayment.objects.standing_of(order)
    if why_not := paid_outside.why_not(operations, standing):
        raise Conflict("not_now", _("Not possible: %(why)s") % {"why": why_not})
    if received.amount_minor != order.amount_minor:
        raise Conflict(
            "amount_changed",
            _("This order is for %(amount)s by now. Nothing was recorded.")
            % {"amount": order.amount},
        )
    coming = [one.merchant_reference for one in paid_outside.may_still_come(operations)]
    if unseen := [one for one in coming if one not in received.beside]:
        raise Refused(
            "charge_may_come",
            _("%(references)s may still have taken the money. Go on only if you know better.")
            % {"references": ", ".join(unseen)},
            field="goes_on",
        )
    return coming


def tidy(text: str) -> str:
    """The words with one space between them."""
    return " ".join(text.split())
