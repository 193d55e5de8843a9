"""Capture, void and refund: what follows a confirmed charge.

Each is its own operation with its own form key, claimed and sent like a charge: intent and claim in
one commit, one request with no transaction open, the answer through the door for evidence. Money
goes back to the card that paid and to no other: the gateway is told the charge, never a card.
"""

from dataclasses import dataclass, replace

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock, money
from orders.errors import Conflict, Refused
from orders.gateway import Reply
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.services import (
    allowed,
    api_ceilings,
    aps,
    attend,
    audit,
    ceilings,
    limits,
    readiness,
    rules,
)
from orders.services.attend import LONGEST_REASON
from orders.services.charge import exchange
from orders.services.check_first import check_first
from orders.services.form_keys import key_reused, made_by
from orders.services.prepare import sent_now
from orders.services.totals import Sums, sums_of
from orders.states import REASONS, Act, Kind, Reason, Status

RIGHTS = {
    Kind.CAPTURE: "orders.capture_order",
    Kind.VOID: "orders.void_order",
    Kind.REFUND: "orders.refund_order",
}
ACTS = {Kind.CAPTURE: Act.CAPTURE, Kind.REFUND: Act.REFUND}  # a void has no ceiling
_SUFFIX = {Kind.CAPTURE: "C", Kind.VOID: "V", Kind.REFUND: "R"}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person asks for. ``amount_minor`` and ``left_minor`` are minor units of the charge.

    ``left_minor`` is what the page said could still be moved, None where there was no page.
    ``customer_note`` is what the customer may read about it, "" for nothing.
    ``charge`` is the reference of a duplicate to act on, "" for the charge that holds the order.
    """

    form_key: str
    reason_code: str
    reason: str = ""
    customer_note: str = ""
    amount_minor: int = 0
    left_minor: int | None = None
    charge: str = ""


def capture(*, actor: Staff, order: Order, wish: Wish) -> Operation:
    """Take an amount of what is reserved. Raises ``Refused`` beyond what is left of it."""
    return _follow_up(Kind.CAPTURE, actor, order, wish)


def void(*, actor: Staff, order: Order, wish: Wish) -> Operation:
    """Let go of a reserved amount, whole whatever the wish says, before any of it is taken."""
    return _follow_up(Kind.VOID, actor, order, wish)


def refund(*, actor: Staff, order: Order, wish: Wish) -> Operation:
    """Give an amount back to the card that paid. Raises ``Refused`` beyond what is left."""
    return _follow_up(Kind.REFUND, actor, order, wish)


def _follow_up(kind: Kind, actor: Staff, order: Order, wish: Wish) -> Operation:
    """The same form again gives the same operation. Raises ``Refused`` by the rules,
    ``OverCeiling`` where it has to be approved, and ``Conflict`` when somebody else was
    quicker; nothing was sent then.
    """
    rules.may(actor, RIGHTS[kind])
    if again := made_by(wish.form_key):
        return _same(again, kind, order, wish)
    wish = replace(wish, reason=check_reason(kind, wish))
    check_first(kind, order, charge=wish.charge, amount_minor=wish.amount_minor)
    try:
        with readiness.claiming(wish.form_key):
            operation = _start(kind, actor, order, wish)
    except IntegrityError as error:
        if again := made_by(wish.form_key):
            return _same(again, kind, order, wish)
        raise _under_way() from error
    return send(operation)


def send(operation: Operation) -> Operation:
    """Send a row that the caller has just claimed, once, and record the answer or its absence."""
    return exchange(operation, _request)


def check_reason(kind: Kind, wish: Wish) -> str:
    """The words of the reason, tidied. Raises ``Refused`` for one that is not on the list of
    ``kind``, and for another reason without words.
    """
    if wish.reason_code not in REASONS[kind]:
        raise Refused("reason_unknown", _("Choose a reason from the list."), field="reason_code")
    if wish.reason_code == Reason.OTHER or wish.reason.strip():
        return attend.check_reason(wish.reason)
    return ""


def _same(made: Operation, kind: Kind, order: Order, wish: Wish) -> Operation:
    """The operation a repeated form made, if it asked for the same."""
    same_amount = kind == Kind.VOID or made.amount_minor == wish.amount_minor
    same_charge = wish.charge in {"", made.merchant_reference}
    if (made.order_id, made.kind) != (order.pk, kind) or not same_amount or not same_charge:
        raise key_reused()
    return made


def _start(kind: Kind, actor: Staff, order: Order, wish: Wish) -> Operation:
    """Intent and claim in one commit, within what is left and the ceiling of ``actor``."""
    with limits.noted(actor, order), transaction.atomic(durable=True):
        locked = Order.objects.locked(order.pk)
        limits.check_person(actor)
        charge, amount_minor = check(kind, locked, wish)
        if act := ACTS.get(kind):
            for held_to in (api_ceilings, ceilings):
                held_to.check(
                    actor=actor, act=act, amount_minor=amount_minor, currency=charge.currency
                )
        return claim(kind, locked, wish, actor=actor)


def claim(
    kind: Kind, order: Order, wish: Wish, *, actor: Staff | None, approver: Staff | None = None
) -> Operation:
    """The row, claimed for the caller alone, who holds the order's lock and sends it once it has
    committed. ``approver`` has approved what ``actor`` asked for; without an actor a program acts.
    Raises as ``check`` does. Asks for no ceiling and no reason: the caller has.
    """
    charge, amount_minor = check(kind, order, wish)
    operations = list(order.operations.order_by("id"))
    sums = sums_of(charge, operations)
    seq = sum(one.kind == kind for one in operations) + 1
    submitted_at, next_check_at = sent_now()
    operation = Operation.objects.create(
        order=order,
        kind=kind,
        parent=charge,
        seq=seq,
        merchant_reference=charge.merchant_reference,
        maintenance_reference=f"{charge.merchant_reference}-{_SUFFIX[kind]}{seq}",
        form_key=wish.form_key,
        amount_minor=amount_minor,
        currency=charge.currency,
        baseline_authorized_minor=sums.authorized,
        baseline_captured_minor=sums.captured,
        baseline_refunded_minor=sums.refunded,
        payment_option=charge.payment_option,
        last_four=charge.last_four,
        status=Status.SENDING,
        actor=actor,
        approver=approver,
        reason_code=wish.reason_code,
        reason=wish.reason,
        customer_note=" ".join(wish.customer_note.split())[:LONGEST_REASON] or None,
        created_at=clock.now(),
        submitted_at=submitted_at,
        next_check_at=next_check_at,
    )
    told = {"second_person": str(approver)} if approver else {}
    audit.record(
        order,
        f"{kind}_sending",
        actor=actor,
        reason=operation.reason,
        operation=operation,
        reason_code=wish.reason_code,
        **told,
    )
    return operation


def check(kind: Kind, order: Order, wish: Wish) -> tuple[Operation, int]:
    """The charge to act on and the amount, in minor units. The caller holds the order's lock.

    Raises ``Refused`` where it cannot be done now, and ``Conflict`` while another one is under way
    or where something else is left than ``wish`` says.
    """
    operations = list(order.operations.order_by("id"))
    charge = allowed.charge_of(operations, wish.charge)
    if charge and allowed.in_flight(charge, operations):
        raise _under_way()
    is_paid_outside = OutsidePayment.objects.standing_of(order) is not None
    no = allowed.why_not(kind, charge, operations, is_paid_outside=is_paid_outside)
    if charge is None or no:
        raise Refused("not_now", _("Not possible: %(why)s") % {"why": no}, field="amount")
    sums = sums_of(charge, operations)
    left = sums.left(kind)
    if wish.left_minor is not None and wish.left_minor != left:
        raise _left_changed(charge, sums, kind)
    amount_minor = left if kind == Kind.VOID else wish.amount_minor
    if not 0 < amount_minor <= left:
        raise Refused(
            "more_than_is_left", _("That is more than is left of this order."), field="amount"
        )
    if allowed.is_whole_only(kind, charge) and amount_minor != left:
        raise Refused("whole_only", _("A double charge is given back whole."), field="amount")
    return charge, amount_minor


def _under_way() -> Conflict:
    return Conflict(
        "follow_up_under_way",
        _("Another capture, void or refund of this order is under way. Nothing was sent."),
    )


def _left_changed(charge: Operation, sums: Sums, kind: Kind) -> Conflict:
    left = money.format_money(max(0, sums.left(kind)), charge.currency)
    return Conflict(
        "left_changed",
        _("Somebody else was quicker: %(left)s is left now. Nothing was sent.") % {"left": left},
    )


def _request(operation: Operation) -> Reply:
    client = aps.client()
    reference, fort_id = operation.merchant_reference, operation.parent.fort_id  # type: ignore[union-attr]
    if operation.kind == Kind.VOID:
        return client.void_authorization(merchant_reference=reference, fort_id=fort_id)
    if operation.kind == Kind.CAPTURE:
        return client.capture(
            merchant_reference=reference,
            fort_id=fort_id,
            amount_minor=operation.amount_minor,
            currency=operation.currency,
        )
    return client.refund(
        merchant_reference=reference,
        fort_id=fort_id,
        amount_minor=operation.amount_minor,
        currency=operation.currency,
        maintenance_reference=operation.maintenance_reference,
    )
