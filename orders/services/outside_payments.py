"""Record that an order was paid outside the gateway, and take that back.

A person's act and word, with a right, a reference and a reason of its own. It moves no money, is no
evidence of any, and never marks the order as paid. Charges and this act exclude one another under
the order's lock: of two at once one wins.
"""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import ApprovalRequest, Operation, Order, OutsidePayment, Staff
from orders.services import (
    approval_requests,
    audit,
    ceilings,
    limits,
    rules,
    totals,
)
from orders.services.attend import check_reason
from orders.services.form_keys import key_reused
from orders.services.outside_received import Received, check_order, check_received, tidy
from orders.services.place import expire
from orders.states import CHARGES, Act, Status

RIGHT = "orders.record_outside_payment"


def record(*, actor: Staff, order: Order, received: Received) -> OutsidePayment:
    """The payment, durably stored; a charge that waited for its card is given up. The same form
    again gives the same payment.

    Raises ``Refused`` by the rules and where the person was not told of a charge that may still
    come, ``OverCeiling`` where another person has to approve it (``ask``), and
    ``Conflict`` when somebody else was quicker: nothing was recorded then.
    """
    rules.may(actor, RIGHT)
    if again := _made_by(received.form_key):
        return _same(again, order, received)
    reason = check_received(received)
    try:
        with transaction.atomic(durable=True):
            locked = Order.objects.locked(order.pk)
            operations = list(locked.operations.order_by("id"))
            coming = check_order(locked, operations, received)
            if found := over(limits.locked(actor), locked):
                raise ceilings.refusal(found)
            _give_up_waiting(locked, operations, actor)
            return _store(locked, actor, received, reason, coming)
    except (IntegrityError, Refused) as error:
        if again := _made_by(received.form_key):
            return _same(again, order, received)
        if isinstance(error, Refused):
            raise
        raise _quicker() from error


def ask(*, actor: Staff, order: Order, received: Received) -> ApprovalRequest:
    """The request for a payment over the ceiling of ``actor``; the same form again gives the same
    one. Raises as ``record`` does, and ``Refused`` where nobody has to approve it.
    """
    rules.may(actor, RIGHT)
    reason = check_received(received)
    with transaction.atomic(durable=True):
        locked = Order.objects.locked(order.pk)
        if again := ApprovalRequest.objects.filter(form_key=received.form_key).first():
            return _same_request(again, order, received)
        coming = check_order(locked, list(locked.operations.order_by("id")), received)
        found = over(limits.locked(actor), locked)
        if found is None:
            sentence = _("Nobody has to approve this. Read the button again, and press it.")
            raise Refused("within_ceiling", sentence)
        return approval_requests.make(
            locked,
            actor=actor,
            act=Act.OUTSIDE,
            over=found,
            form_key=received.form_key,
            amount_minor=locked.amount_minor,
            reason=reason,
            method=received.method,
            reference=tidy(received.reference),
            received_on=received.received_on.isoformat(),
            beside=coming,
        )


def record_approved(order: Order, request: ApprovalRequest, approver: Staff) -> None:
    """Record what was asked for, as the work of who asked. The caller holds the order's lock.

    Raises ``Refused`` or ``Conflict`` where it is not possible any more.
    """
    asker, details = request.requested_by, request.details
    if not asker.is_active or not asker.has_perm(RIGHT):
        raise Refused("asker_may_not", _("Who asked may not do this any more."))
    received = Received(
        form_key=request.form_key,
        method=details["method"],
        reference=details["reference"],
        reason=request.reason,
        received_on=date.fromisoformat(details["received_on"]),
        amount_minor=request.amount_minor,
        beside=frozenset(details["beside"]),
    )
    operations = list(order.operations.order_by("id"))
    try:
        coming = check_order(order, operations, received)
    except Refused as refusal:
        if refusal.code != "charge_may_come":
            raise
        sentence = _("A card was tried since this was asked. Refuse it, and have it asked anew.")
        raise Refused("tried_since", sentence) from refusal
    _give_up_waiting(order, operations, asker)
    _store(order, asker, received, request.reason, coming, approver=approver)


def over(actor: Staff, order: Order) -> ceilings.Over | None:
    """The ceiling that the payment of ``order`` would be over, or ``None``."""
    return ceilings.over(
        actor=actor, act=Act.OUTSIDE, amount_minor=order.amount_minor, currency=order.currency
    )


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
    asked = (order.pk, received.method, tidy(received.reference))
    if (made.order_id, made.method, made.reference) != asked:
        raise key_reused()
    return made


def _same_request(made: ApprovalRequest, order: Order, received: Received) -> ApprovalRequest:
    """The request a repeated form made, if it asked for the same."""
    asked = (order.pk, Act.OUTSIDE, received.method, tidy(received.reference))
    details = made.details
    if (made.order_id, made.act, details.get("method"), details.get("reference")) != asked:
        raise key_reused()
    return made


def _give_up_waiting(order: Order, operations: list[Operation], actor: Staff) -> None:
    for one in operations:
        if one.kind in CHARGES and one.status == Status.PREPARED:
            expire(order, one, actor=actor)


def _store(
    order: Order,
    actor: Staff,
    received: Received,
    reason: str,
    coming: list[str],
    *,
    approver: Staff | None = None,
) -> OutsidePayment:
    payment = OutsidePayment.objects.create(
        order=order,
        method=received.method,
        reference=tidy(received.reference),
        reason=reason,
        received_on=received.received_on,
        amount_minor=order.amount_minor,
        currency=order.currency,
        form_key=received.form_key,
        recorded_by=actor,
        recorded_at=clock.now(),
        approver=approver,
    )
    _tell(order, "outside_payment_recorded", payment, actor, reason, beside=coming)
    approval_requests.follow(order)
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
        second_person=str(payment.approver or ""),
    )


def _quicker() -> Conflict:
    return Conflict(
        "recorded_meanwhile",
        _("Somebody else was quicker. See where the order stands. Nothing was recorded."),
    )
