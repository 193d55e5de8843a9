"""Capture, void and refund: what follows a confirmed charge.

Each is its own operation with its own form key, claimed and sent like a charge: intent and claim in
one commit, one request with no transaction open, the answer through the door for evidence.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Reply
from orders.models import Operation, Order, Staff
from orders.services import aps, audit, limits, readiness, rules
from orders.services.charge import exchange
from orders.services.form_keys import key_reused
from orders.services.place import sent_now
from orders.states import CHARGES, Kind, Status

_SUFFIX = {Kind.CAPTURE: "C", Kind.VOID: "V", Kind.REFUND: "R"}


def capture(
    *, actor: Staff, order: Order, amount_minor: int, form_key: str, reason: str = ""
) -> Operation:
    """Take ``amount_minor`` of what is reserved. Raises ``Refused`` beyond what is left of it."""
    rules.may(actor, "orders.capture_order")
    return _follow_up(Kind.CAPTURE, actor, order, amount_minor, form_key, reason)


def void(*, actor: Staff, order: Order, form_key: str, reason: str = "") -> Operation:
    """Let go of a reserved amount, whole, before any of it is taken."""
    rules.may(actor, "orders.void_order")
    return _follow_up(Kind.VOID, actor, order, order.authorized_minor, form_key, reason)


def refund(
    *, actor: Staff, order: Order, amount_minor: int, form_key: str, reason: str = ""
) -> Operation:
    """Give ``amount_minor`` back to the card that paid. Raises ``Refused`` beyond what is left."""
    rules.may(actor, "orders.refund_order")
    return _follow_up(Kind.REFUND, actor, order, amount_minor, form_key, reason)


def _follow_up(
    kind: Kind, actor: Staff, order: Order, amount_minor: int, form_key: str, reason: str
) -> Operation:
    again = Operation.objects.filter(form_key=form_key).first()
    if again:
        asked, made = (
            (order.pk, kind, amount_minor),
            (again.order_id, again.kind, again.amount_minor),
        )
        if asked != made:
            raise key_reused()
        return again
    rules.check_books_agree()
    try:
        with readiness.claiming(form_key):
            operation = _start(kind, actor, order, amount_minor, form_key, reason)
    except IntegrityError as error:
        raise Conflict(
            "follow_up_under_way",
            _("Another capture, void or refund of this order is under way. Nothing was sent."),
        ) from error
    return exchange(operation, _request)


def _start(
    kind: Kind, actor: Staff, order: Order, amount_minor: int, form_key: str, reason: str
) -> Operation:
    """Intent and claim in one commit, within what is left under the order's lock."""
    with limits.noted(actor, order), transaction.atomic(durable=True):
        locked = Order.objects.locked(order.pk)
        limits.check_person(actor)
        charge = locked.operations.filter(kind__in=CHARGES, status=Status.APPROVED).first()
        if charge is None or not 0 < amount_minor <= _left(kind, locked):
            raise Refused(
                "more_than_is_left", _("That is more than is left of this order."), field="amount"
            )
        seq = locked.operations.filter(kind=kind).count() + 1
        submitted_at, next_check_at = sent_now()
        operation = Operation.objects.create(
            order=locked,
            kind=kind,
            parent=charge,
            seq=seq,
            merchant_reference=charge.merchant_reference,
            maintenance_reference=f"{charge.merchant_reference}-{_SUFFIX[kind]}{seq}",
            form_key=form_key,
            amount_minor=amount_minor,
            currency=charge.currency,
            payment_option=charge.payment_option,
            last_four=charge.last_four,
            status=Status.SENDING,
            actor=actor,
            reason=reason,
            created_at=clock.now(),
            submitted_at=submitted_at,
            next_check_at=next_check_at,
        )
        audit.record(locked, f"{kind}_sending", actor=actor, reason=reason, operation=operation)
    return operation


def _left(kind: Kind, order: Order) -> int:
    """How much the act may still move, in minor units."""
    if kind == Kind.REFUND:
        return order.left_minor
    if kind == Kind.VOID:
        return 0 if order.captured_minor else order.authorized_minor
    return order.authorized_minor - order.captured_minor


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
