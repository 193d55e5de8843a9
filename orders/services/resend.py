"""Send the same charge again after it was surely not made: same row, same reference.

Should the first request arrive late after all, the gateway meets one reference twice and refuses
the second: that is why it must never get a new one.
"""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff, StoredCard
from orders.purposes import Initiator
from orders.services import (
    agreements,
    approval_requests,
    audit,
    ceilings,
    limits,
    paid_outside,
    readiness,
    rules,
    totals,
)
from orders.services.charge import send
from orders.services.gate import gate
from orders.services.near_duplicates import Confirmation
from orders.services.place import MAY_CHARGE
from orders.services.prepare import sent_now
from orders.states import CHARGES, FREE, Status


def resend(
    *, actor: Staff, operation: Operation, confirmation: Confirmation | None = None
) -> Operation:
    """The charge that was not made, claimed and sent once more by this call alone.

    Raises ``Conflict`` unless it is the order's newest try and nothing else holds the order, and
    ``Refused`` when its card is gone or would be refused, a limit is reached, something that looks
    like it was charged meanwhile (``Warned``), and while the gateway is away or busy. Nothing is
    sent in any of these cases.
    """
    rules.may(actor, "orders.charge_order")
    try:
        with readiness.claiming(operation.form_key):
            claimed = _claim(operation, actor, confirmation)
    except IntegrityError as error:
        raise _settled() from error
    return send(claimed)


def _claim(operation: Operation, actor: Staff, confirmation: Confirmation | None) -> Operation:
    """``not_charged`` to ``sending`` for this caller alone, in a durable commit."""
    with limits.noted(actor, operation.order), transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        paid_outside.check_none(order)
        charges = order.operations.select_related("consent").filter(kind__in=CHARGES)
        current = charges.order_by("id").last()
        is_taken = charges.exclude(status__in=[*FREE, Status.DUPLICATE]).exists()
        is_taken = is_taken or bool(totals.open_duplicates(order.operations.all()))
        if current is None or is_taken or order.status not in MAY_CHARGE:
            raise _settled()
        # Sent again and failed again meanwhile: the caller has not seen that.
        is_as_seen = (current.pk, current.resends) == (operation.pk, operation.resends)
        if not is_as_seen or current.status != Status.NOT_CHARGED:
            raise _settled()
        rules.check_amount(order, current)
        passed = gate(
            actor=actor, wanted=order, card=limits.Card.of(current), confirmation=confirmation
        )
        over = ceilings.over_charge(
            actor=actor,
            amount_minor=current.amount_minor,
            currency=current.currency,
            is_override=bool(passed.beside),
            besides=current,
        )
        approval_requests.hold_charge(order, current, actor=actor, over=over, reason=passed.reason)
        _check_card(order, current)  # after the customer's lock, as everywhere
        submitted_at, next_check_at = sent_now()
        current.move(
            Status.SENDING,
            resends=F("resends") + 1,
            submitted_at=submitted_at,
            next_check_at=next_check_at,
            settled_at=None,
            not_found_first_at=None,
            not_found_count=0,
            response_code="",
            response_message="",
            problem="",
            actor=actor,
            owner=None,
            owned_at=None,
            **passed.columns(),
        )
        passed.record(order, current, actor)
        audit.record(
            order,
            f"{current.kind}_sending",
            actor=actor,
            operation=current,
            resends=current.resends,
        )
        totals.recompute(order)
    return current


def _check_card(order: Order, operation: Operation) -> None:
    """Refuse a card whose token is gone, and what the rules refuse for a stored one by now."""
    if not operation.token_name or operation.token_retired_at:
        raise Refused("token_gone", _("This card is not kept any more. Take the card once more."))
    card = None
    if operation.stored_card_id:
        card = StoredCard.objects.select_for_update(no_key=True).get(pk=operation.stored_card_id)
        rules.check_card(card, order.customer, operation.amount_minor, operation.currency)
        agreements.check(card, order, operation.initiated_by or Initiator.CUSTOMER)
    else:
        rules.check_gateway_takes(
            operation.payment_option, operation.amount_minor, operation.currency, operation.expiry
        )


def _settled() -> Conflict:
    return Conflict(
        "not_to_be_sent_again",
        _("This charge cannot be sent again. See where the order stands. Nothing was sent."),
    )
