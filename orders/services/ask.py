"""Ask the gateway what became of a charge, or of what followed it. Looking never charges."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orders import clock
from orders.errors import Refused
from orders.gateway import GatewayError, Outcome
from orders.models import Difference, Evidence, Operation, Order, Staff
from orders.services import aps, audit, breaker, evidence, rules, wire_room
from orders.services.readiness import away
from orders.services.statement import Statement
from orders.states import CHARGES, LOOKED_AT_AGAIN, UNSETTLED, Status


def ask(
    *, operation: Operation, actor: Staff | None = None, even_if_settled: bool = False
) -> Operation:
    """The operation after one CHECK_STATUS, applied through the door for evidence.

    Does nothing for one that is still in its request's time, or that is settled, unless somebody
    doubts that (``even_if_settled``): what is proven stays, and a contradiction is told. ``actor``
    is the person who asked, ``None`` when it is the office itself.

    Raises ``Refused`` while the gateway is away, but for the one question that finds out, and while
    too many wait for it.
    """
    if not (may_be_doubted if even_if_settled else may_be_asked)(operation):
        return operation
    return _ask(operation, actor)[0]


def ask_now(charge: Operation) -> Statement:
    """What the gateway says about a proven charge now, applied like any answer. Raises as ``ask``
    does.
    """
    return _ask(charge, None)[1]


def _ask(operation: Operation, actor: Staff | None) -> tuple[Operation, Statement]:
    probe = breaker.claim_probe()
    if probe is None and breaker.is_away():
        raise Refused("gateway_away", away())
    with wire_room.asking():
        statement = said_about(counted([operation])[0])
    if actor:
        _note(operation, actor)
    return weigh(operation, statement, actor=actor, probe=probe), statement


def weigh(
    operation: Operation,
    statement: Statement,
    *,
    actor: Staff | None = None,
    probe: datetime | None = None,
) -> Operation:
    """The charge after the answer to a question, or its absence. Silence while the gateway is away
    is no news: the charge stays due, and all is asked as soon as it is back.
    """
    if statement.is_answered:
        try:
            return evidence.apply(operation=operation, statement=statement, actor=actor)
        finally:
            breaker.heard(answered=True)
    breaker.heard(answered=statement.is_answered, reason=statement.reason, probe=probe)
    if breaker.is_away():
        return operation
    return evidence.apply(operation=operation, statement=statement, actor=actor)


def may_be_asked(operation: Operation) -> bool:
    """Whether an answer could tell anything: of what is open, of what seemed not to happen, and of
    what is proven and doubted.
    """
    is_open = operation.status in UNSETTLED | LOOKED_AT_AGAIN or operation.is_asked_about
    return is_open and not is_on_its_way(operation)


def may_be_doubted(operation: Operation) -> bool:
    """Whether the gateway can tell about the charge at all, settled or not."""
    return operation.is_charge and not is_on_its_way(operation)


def ask_about(*, actor: Staff, difference: Difference) -> Outcome | None:
    """What the gateway signs about a difference, applied or kept; None where it does not answer, or
    its request is still on its way. The difference closes by itself where that settles it.

    Raises ``Refused`` while the gateway is away.
    """
    rules.may(actor, "orders.view_attention", "orders.charge_order")
    if charge := difference.operation:
        asked = ask(operation=charge, actor=actor, even_if_settled=True)
        said = asked.evidence.filter(source=Evidence.Source.CHECK).order_by("-id").first()
        return Outcome(said.outcome) if said and said.verified else None
    if breaker.is_away():
        raise Refused("gateway_away", away())
    try:
        return _ask_about_stranger(difference)
    except GatewayError:
        return None


def _ask_about_stranger(difference: Difference) -> Outcome:
    """A signed success of a reference that is unknown here is kept like a message about nothing
    here, for a person to deal with.
    """
    merchant_reference = difference.merchant_reference
    fort_id = difference.there[-1]["fort_id"] if difference.there else ""
    reply = aps.client().check_status(
        merchant_reference=merchant_reference, fort_id=fort_id or None
    )
    outcome = reply.proves("")
    if reply.verified and outcome is Outcome.APPROVED:
        said = f"stranger:{merchant_reference}:{reply.digest}"
        Evidence.objects.get_or_create(
            digest=hashlib.sha256(said.encode()).hexdigest(),
            defaults={
                "source": Evidence.Source.CHECK,
                "verified": True,
                "outcome": outcome,
                "reason": "unknown_reference",
                "merchant_reference": merchant_reference,
                "body": dict(reply.body),
                "received_at": clock.now(),
            },
        )
    return outcome


def counted(operations: list[Operation]) -> list[Operation]:
    """The operations with one more question to their names: the same answer again is another one.

    Each comes with its charge, so that a thread may ask without a database.
    """
    if operations:
        keys = [operation.pk for operation in operations]
        Operation.objects.filter(pk__in=keys).update(checks=F("checks") + 1)
    for operation in operations:
        operation.refresh_from_db()
        operation.parent  # noqa: B018  read here, where the database may be used
    return operations


def said_about(operation: Operation) -> Statement:
    """What the gateway says about it now. Touches no database: any thread may wait here."""
    charge = operation.parent or operation
    try:
        reply = aps.client().check_status(
            merchant_reference=charge.merchant_reference, fort_id=charge.fort_id or None
        )
        return Statement.of_check(operation, reply)
    except GatewayError as error:
        return Statement.of_silence(Evidence.Source.CHECK, error)


def find_out() -> bool | None:
    """Whether a gateway that was away is back, by one question of no consequence; ``None`` when
    nobody may ask now, because it is not away, the pause is not over, or another process asks.
    """
    probe = breaker.claim_probe()
    sent = Operation.objects.filter(kind__in=CHARGES, submitted_at__isnull=False).order_by("-id")
    # Of one that the gateway surely knows, whose answer it surely signs.
    charge = probe and (sent.filter(status=Status.APPROVED).first() or sent.first())
    if not charge:
        return None
    said = said_about(charge)
    breaker.heard(answered=said.is_answered, reason=said.reason, probe=probe)
    return said.is_answered


def _note(operation: Operation, actor: Staff) -> None:
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        audit.record(order, "status_asked", actor=actor, operation=operation)


def is_on_its_way(operation: Operation) -> bool:
    """Whether the request may still be answered: asking now could only say "not found"."""
    due = operation.next_check_at
    return operation.status == Status.SENDING and due is not None and clock.now() < due
