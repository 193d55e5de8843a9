"""Send a charge exactly once, and record what came of it.

The row is claimed in one durable commit, the request leaves with no transaction open, and the
answer goes through the one door for evidence. A row in ``sending`` is never sent by anybody else,
after any crash: the resolver asks about it instead.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import GatewayError, NotSent, Reply
from orders.models import Consent, Evidence, Operation, Order, Staff
from orders.purposes import Initiator
from orders.services import (
    approval_requests,
    aps,
    audit,
    breaker,
    ceilings,
    evidence,
    limits,
    paid_outside,
    readiness,
    rules,
    set_up,
    totals,
    wire_room,
)
from orders.services.agreements import agreement_id
from orders.services.gate import gate
from orders.services.gateway_words import about
from orders.services.near_duplicates import Confirmation
from orders.services.patience import patiently
from orders.services.place import Placed, expire
from orders.services.prepare import sent_now
from orders.services.statement import Statement
from orders.states import Kind, Status


class TooLate(NotSent):
    """The row was claimed so long ago that nothing is sent any more."""

    was_tried = False


def proceed(placed: Placed) -> Operation:
    """The operation after what can be done for it at once: a stored card's charge is sent by the
    caller whose form made it; everything else is shown as it stands.
    """
    if placed.is_new and placed.operation.status == Status.SENDING:
        return send(placed.operation)
    return placed.operation


def charge(
    *,
    actor: Staff,
    operation: Operation,
    confirmation: Confirmation | None = None,
    sent_key: str | None = None,
) -> Operation:
    """The prepared operation, claimed and sent by this call alone, with its result. It keeps
    ``sent_key``: who asks again with the same one is given it as it stands, also while nothing may
    be sent.

    Raises ``Conflict`` when somebody else sent it first, it has expired or its order was paid
    outside the gateway, and ``Refused`` when the gateway would refuse the card, after expiring the
    operation; ``Limited``, ``Warned`` and a gateway that is away or busy leave it prepared. Nothing
    is sent in any of these cases.
    """
    rules.may(actor, "orders.charge_order")
    if _was_sent_by(sent_key, operation):
        return operation
    try:
        with readiness.claiming(operation.form_key):
            claimed = _claim(operation, actor, confirmation, sent_key)
            if isinstance(claimed, Refused):
                raise claimed
    except Conflict:
        # The same request may have been quicker.
        if not _was_sent_by(sent_key, operation):
            raise
        return operation
    return send(claimed)


def send(operation: Operation) -> Operation:
    """Send a row that the caller has just moved to ``sending``, once and with no transaction open,
    and record the answer or its absence.
    """
    return exchange(operation, lambda claimed: request_of(claimed)())


def exchange(operation: Operation, request: Callable[[Operation], Reply]) -> Operation:
    """The claimed operation after its one ``request``, with what was said recorded."""
    return recorded(operation, said(operation, partial(request, operation)))


def said(operation: Operation, request: Callable[[], Reply]) -> Statement:
    """What the gateway said to the one ``request``, or that it said nothing."""
    with wire_room.held(operation.form_key):
        try:
            check_in_time(operation)
            return Statement.of_reply(operation, request())
        except GatewayError as error:
            return Statement.of_silence(Evidence.Source.REPLY, error)


def recorded(operation: Operation, statement: Statement) -> Operation:
    """The operation with what was said about it recorded."""
    try:
        return record_patiently(operation, statement)
    finally:
        breaker.heard(answered=statement.is_answered, reason=statement.reason)
        set_up.heard(statement.facts.get("response_code", ""))


def _was_sent_by(sent_key: str | None, operation: Operation) -> bool:
    """Whether the same request had it sent before. It is read anew then, or to find that out."""
    if sent_key is None:
        return False
    operation.refresh_from_db()
    return operation.sent_key == sent_key


def _claim(
    operation: Operation, actor: Staff, confirmation: Confirmation | None, sent_key: str | None
) -> Operation | Refused:
    """Move to ``sending`` for this caller alone, or expire what the gateway would refuse."""
    with limits.noted(actor, operation.order), transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        paid_outside.check_none(order)
        current = order.operations.get(pk=operation.pk)
        if current.status != Status.PREPARED or not current.token_name:
            raise Conflict("not_ready", _("This card was charged already, or was never entered."))
        try:
            _check_age(current)
            rules.check_amount(order, current)
            rules.check_gateway_takes(
                current.payment_option, current.amount_minor, current.currency, current.expiry
            )
        except Refused as refusal:
            expire(order, current, actor=actor)
            return refusal
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
        submitted_at, next_check_at = sent_now()
        current.move(
            Status.SENDING,
            submitted_at=submitted_at,
            next_check_at=next_check_at,
            actor=actor,
            sent_key=sent_key,
            **passed.columns(),
        )
        passed.record(order, current, actor)
        audit.record(order, f"{current.kind}_sending", actor=actor, operation=current)
        totals.recompute(order)
    return current


def _check_age(operation: Operation) -> None:
    """Refuse what should have expired by now, whether or not somebody was there to expire it."""
    if clock.now() - operation.created_at > timedelta(seconds=settings.PREPARED_EXPIRES_S):
        raise Refused(
            "entered_too_long_ago", _("The card was entered too long ago. Enter it again.")
        )


def request_of(operation: Operation) -> Callable[[], Reply]:
    """The one request of a claimed charge: it asks the database for nothing more, and must be made
    by this thread.
    """
    client = aps.client()
    act = client.purchase if operation.kind == Kind.PURCHASE else client.authorize
    if agreement := _agreement_of(operation):
        act = partial(client.purchase, agreement_id=agreement)
    return partial(
        act,
        merchant_reference=operation.merchant_reference,
        amount_minor=operation.amount_minor,
        currency=operation.currency,
        token_name=operation.token_name,
        **about(operation.order),
    )


def _agreement_of(operation: Operation) -> str:
    """The agreement under which the merchant starts this charge, or ""; APS takes none with a
    reservation.
    """
    is_ours = operation.initiated_by == Initiator.MERCHANT and operation.kind == Kind.PURCHASE
    if not is_ours or not settings.RECURRING_ECI:
        return ""
    return agreement_id(Consent.objects.get(card=operation.stored_card_id))


def check_in_time(operation: Operation) -> None:
    """Raise ``NotSent`` when this process stood still since it claimed the row: others ask about it
    by now, and may find that it never arrived.
    """
    if operation.next_check_at and clock.now() >= operation.next_check_at:
        raise TooLate("claimed_too_long_ago")


def record_patiently(operation: Operation, statement: Statement) -> Operation:
    """Record, trying again while the database is away; then leave it to the resolver, which asks
    the gateway about every row that stays in ``sending``.
    """

    def record() -> Operation:  # who sent it is read from the database too
        return evidence.apply(operation=operation, statement=statement, actor=operation.actor)

    try:
        return patiently(record)
    except (InterfaceError, OperationalError):
        return operation
