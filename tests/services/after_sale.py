"""Steps for tests of what follows a charge: act, be told by the gateway, ask, let time pass."""

import json
from datetime import timedelta
from typing import Any

from orders import clock
from orders.models import Operation, Order, Staff
from orders.sandbox.answers import sign
from orders.sandbox.server import Sandbox
from orders.services import ask, feedback, follow_up, place
from orders.services.follow_up import Wish
from orders.states import Kind, Reason
from tests import steps

ACTS = {"capture": follow_up.capture, "void": follow_up.void, "refund": follow_up.refund}


def charged(actor: Staff, **changes: object) -> Order:
    """An order for AED 125.00 that was charged."""
    return Order.objects.get(pk=steps.charge_new(actor, **changes).order_id)


def reserved(actor: Staff, **changes: object) -> Order:
    """An order for AED 125.00 that is reserved."""
    return charged(actor, wants=Kind.AUTHORIZATION, **changes)


def act(kind: str, actor: Staff, order: Order, amount_minor: int = 0, **said: Any) -> Operation:
    """A capture, void or refund by its kind."""
    said = {"form_key": place.new_form_key(), "reason_code": Reason.CANCELLED} | said
    if kind == Kind.CAPTURE and said["reason_code"] == Reason.CANCELLED:
        said["reason_code"] = Reason.SHIPPED
    return ACTS[kind](actor=actor, order=order, wish=Wish(amount_minor=amount_minor, **said))


def lost(box: Sandbox, kind: str, actor: Staff, order: Order, amount_minor: int = 0) -> Operation:
    """One that the gateway did and whose answer was lost."""
    return forced(box, "920", kind, actor, order, amount_minor)


def never_came(
    box: Sandbox, kind: str, actor: Staff, order: Order, amount_minor: int = 0
) -> Operation:
    """One that the gateway never got, as nobody can see."""
    return forced(box, "930", kind, actor, order, amount_minor)


def forced(
    box: Sandbox, digits: str, kind: str, actor: Staff, order: Order, amount_minor: int = 0
) -> Operation:
    """One for which the stand-in does the unusual."""
    box.set(force=digits)
    try:
        return act(kind, actor, order, amount_minor)
    finally:
        box.set(force="")


def deliver(message: dict[str, str]) -> None:
    """The gateway's notification arrives."""
    feedback.receive(json.dumps(message).encode(), "application/json")


def now(operation: Operation) -> Operation:
    """The operation, with its order, as they stand now."""
    return Operation.objects.select_related("order").get(pk=operation.pk)


def asked(operation: Operation, *, minutes: float = 0) -> Operation:
    """The operation after one question, so many minutes from now."""
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        return ask.ask(operation=now(operation))


def asked_until_absent(operation: Operation) -> Operation:
    """After three questions over a quarter of an hour."""
    for minutes in (1, 8, 17):
        operation = asked(operation, minutes=minutes)
    return operation


def kinds(order: Order) -> list[str]:
    """The kinds of the order's events, oldest first."""
    return list(order.events.order_by("position").values_list("kind", flat=True))


def sums(order: Order) -> tuple[int, int, int]:
    """What the order holds: authorized, captured, refunded, in minor units."""
    order.refresh_from_db()
    return order.authorized_minor, order.captured_minor, order.refunded_minor


def wish(amount_minor: int = 0, **said: Any) -> Wish:
    """What a supervisor asks for, because goods came back or leave."""
    why = {"reason_code": "other", "reason": "As agreed", "form_key": ""} | said
    why["form_key"] = why["form_key"] or place.new_form_key()
    return Wish(amount_minor=amount_minor, **why)


def told_of(gateway: Sandbox, operation: Operation, **named: str) -> dict[str, str]:
    """The gateway's message about a follow-up, which names ours only where ``named``."""
    status = {Kind.CAPTURE: "04", Kind.VOID: "08", Kind.REFUND: "06"}[Kind(operation.kind)]
    fields = {
        "command": operation.kind.upper(),
        "access_code": gateway.standin.account.access_code,
        "merchant_identifier": gateway.standin.account.merchant_identifier,
        "merchant_reference": operation.merchant_reference,
        "amount": str(operation.amount_minor),
        "currency": operation.currency,
        "fort_id": operation.parent.fort_id,  # type: ignore[union-attr]
        "response_code": f"{status}000",
        "response_message": "Success",
        "status": status,
        **named,
    }
    return fields | {"signature": sign(gateway.standin, fields)}
