"""Record that an order was paid outside the gateway, and take that back.

A person's act and word, with a right, a reference and a reason of its own. It moves no money, is no
evidence of any, and never marks the order as paid. Charges and this act exclude one another under
the order's lock: of two at once one wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.services import audit, paid_outside, rules, totals
from orders.services.attend import check_reason
from orders.services.form_keys import key_reused
from orders.services.place import expire
from orders.states import CHARGES, OutsideMethod, Status

RIGHT = "orders.record_outside_payment"
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


def record(*, actor: Staff, order: Order, received: Received) -> OutsidePayment:
    """The payment, durably stored; a charge that waited for its card is given up. The same form
    again gives the same payment.

    Raises ``Refused`` by the rules and where the person was not told of a charge that may still
    come, and ``Conflict`` when somebody else was quicker: nothing was recorded then.
    """
    rules.may(actor, RIGHT)
    if again := _made_by(received.form_key):
        return _same(again, order, received)
    reason = _check(received)
    try:
        with transaction.atomic(durable=True):
            locked = Order.objects.locked(order.pk)
            operations = list(locked.operations.order_by("id"))
            coming = _check_order(locked, operations, received)
            # Ceilings of the person and the day, once there are any, are asked here: the order is
            # locked, and nothing was written.
            _give_up_waiting(locked, operations, actor)
            return _store(locked, actor, received, reason, coming)
    except (IntegrityError, Refused) as error:
        if again := _made_by(received.form_key):
            return _same(again, order, received)
        if isinstance(error, Refused):
            raise
        raise _quicker() from error


def take_back(*, actor: Staff, payment: OutsidePayment, reason: str) -> OutsidePayment:
    """The payment, taken back: it did not come about, and the order can be charged again.

    Raises ``Refused`` without a right or a reason, ``Conflict`` when it was taken back before.
    """
    rules.may(actor, RIGHT)
    reason = check_reason(reason)
    with transaction.atomic(durable=True):
        order = Order.objects.locked(payment.order_id)
        rows = OutsidePayment.objects.filter(pk=payment.pk, taken_back_at=None)
        if not rows.update(
            taken_back_at=clock.now(), taken_back_by=actor, taken_back_reason=reason
        ):
            raise Conflict("taken_back_already", _("This payment was taken back already."))
        payment.refresh_from_db()
        _tell(order, "outside_payment_taken_back", payment, actor, reason)
        totals.recompute(order)
    return payment


def _made_by(form_key: str) -> OutsidePayment | None:
    return OutsidePayment.objects.filter(form_key=form_key).first()


def _same(made: OutsidePayment, order: Order, received: Received) -> OutsidePayment:
    """The payment a repeated form made, if it asked for the same."""
    asked = (order.pk, received.method, _tidy(received.reference))
    if (made.order_id, made.method, made.reference) != asked:
        raise key_reused()
    return made


def _check(received: Received) -> str:
    """The reason, tidied. Raises ``Refused`` for what the words themselves lack."""
    if received.method not in OutsideMethod.values:
        raise Refused("method_unknown", _("Choose how it was paid."), field="method")
    reference = _tidy(received.reference)
    if not reference:
        raise Refused("reference_missing", _("Type what the paper says."), field="reference")
    if len(reference) > LONGEST_REFERENCE:
        raise Refused("reference_too_long", _("Type it in 60 letters at most."), field="reference")
    today = timezone.localdate(clock.now())
    if received.received_on > today:
        raise Refused(
            "received_later", _("This day is still to come. Record it then."), field="received_on"
        )
    if received.received_on < today - LONGEST_AGO:
        raise Refused("received_long_ago", _("This is more than a year ago."), field="received_on")
    return check_reason(received.reason)


def _check_order(order: Order, operations: list[Operation], received: Received) -> list[str]:
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


def _give_up_waiting(order: Order, operations: list[Operation], actor: Staff) -> None:
    for one in operations:
        if one.kind in CHARGES and one.status == Status.PREPARED:
            expire(order, one, actor=actor)


def _store(
    order: Order, actor: Staff, received: Received, reason: str, coming: list[str]
) -> OutsidePayment:
    payment = OutsidePayment.objects.create(
        order=order,
        method=received.method,
        reference=_tidy(received.reference),
        reason=reason,
        received_on=received.received_on,
        amount_minor=order.amount_minor,
        currency=order.currency,
        form_key=received.form_key,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    _tell(order, "outside_payment_recorded", payment, actor, reason, beside=coming)
    totals.recompute(order)
    return payment


def _tell(
    order: Order,
    kind: str,
    payment: OutsidePayment,
    actor: Staff,
    reason: str,
    beside: Sequence[str] = (),
) -> None:
    audit.record(
        order,
        kind,
        actor=actor,
        reason=reason,
        outside_payment=payment.pk,
        method=payment.method,
        outside_reference=payment.reference,
        received_on=payment.received_on.isoformat(),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        beside=list(beside),
    )


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _quicker() -> Conflict:
    return Conflict(
        "recorded_meanwhile",
        _("Somebody else was quicker. See where the order stands. Nothing was recorded."),
    )
