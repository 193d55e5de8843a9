"""Captures, voids and refunds that somebody made in the gateway's own back office.

They are facts like our own, so they get rows of their own, marked as external and born approved:
nothing of them was ever sent from here. Too much of them raises an alarm and breaks no constraint.
"""

from collections.abc import Callable, Sequence

from django.db import transaction

from orders import clock, money
from orders.gateway import Feedback, Outcome
from orders.models import Evidence, Operation, Order
from orders.services import afterwards, approval_requests, audit, differences, receipts, totals
from orders.services.moves import keep
from orders.services.place import new_form_key
from orders.services.statement import Statement
from orders.states import CHARGES, Kind, Status

_SUFFIX = {Kind.CAPTURE: "XC", Kind.VOID: "XV", Kind.REFUND: "XR"}


def charge_of(feedback: Feedback, kind: Kind | None) -> Operation | None:
    """The charge that a message about a capture, void or refund unknown here is about, if it can
    be believed: of its currency, and of an amount that there can be.
    """
    charge = Operation.objects.filter(
        kind__in=CHARGES, merchant_reference=feedback.merchant_reference
    ).first()
    if charge is None or kind is None or kind in CHARGES or not charge.fort_id:
        return None
    if kind == Kind.VOID:
        return charge
    amount = feedback.amount_minor or 0
    fits = 0 < amount <= money.MAX_MINOR and feedback.currency == charge.currency
    return charge if fits else None


def receive(
    charge: Operation,
    kind: Kind,
    feedback: Feedback,
    find: Callable[[Feedback], Operation | None],
) -> Operation | None:
    """Keep the message. A success becomes an external operation of ``charge``, once however often
    it is heard; a refusal moved nothing and is an event.

    The gateway may tell one act twice in two shapes at one instant. So ``find`` looks for its
    operation once more under the order's lock: where it is known by now it is returned, and the
    message was not kept.
    """
    statement = Statement.of_notice(feedback)
    with transaction.atomic(durable=True):
        order = Order.objects.locked(charge.order_id)
        charge = order.operations.get(pk=charge.pk)
        if Evidence.objects.filter(digest=statement.digest).exists():
            return None
        if known := find(feedback):
            return known
        if statement.outcome == Outcome.APPROVED:
            amount = charge.amount_minor if kind == Kind.VOID else feedback.amount_minor or 0
            operation = take_in(order, charge, kind, amount, statement)
        else:
            operation = charge
            audit.record(
                order,
                "external_refused",
                operation=charge,
                evidence=statement.source,
                said=kind,
                problem=feedback.response_code,
            )
        kept, _is_new = keep(operation, statement)
        approval_requests.follow(order)
        totals.recompute(order)
        receipts.follow(order)
        differences.hear(order, operation, statement, kept)
    return None


def take_in(
    order: Order, charge: Operation, kind: Kind, amount_minor: int, statement: Statement
) -> Operation:
    """The external operation as a row, with what it does to its charge. The caller holds the lock
    and recomputes the totals.
    """
    operations: Sequence[Operation] = list(order.operations.all())
    seq = sum(one.kind == kind for one in operations) + 1
    now = clock.now()
    facts = {name: value for name, value in statement.facts.items() if name in _TOLD}
    operation = Operation.objects.create(
        order=order,
        kind=kind,
        parent=charge,
        seq=seq,
        merchant_reference=charge.merchant_reference,
        maintenance_reference=f"{charge.merchant_reference}-{_SUFFIX[kind]}{seq}",
        form_key=new_form_key(),
        amount_minor=amount_minor,
        currency=charge.currency,
        payment_option=charge.payment_option,
        last_four=charge.last_four,
        status=Status.APPROVED,
        is_external=True,
        created_at=now,
        submitted_at=now,
        settled_at=now,
        **({"fort_id": charge.fort_id} | facts),
    )
    audit.record(
        order,
        f"{kind}_approved",
        operation=operation,
        evidence=statement.source,
        external=True,
    )
    afterwards.follow(order, operation, statement, None)
    return operation


_TOLD = frozenset({"fort_id", "response_code", "response_message", "acquirer_response_code"})
