"""Write down what is wanted before anything is sent: the order, and the intent to charge for it.

Nothing here talks to the gateway. ``services.charge`` sends what this module prepared.
"""

import base64
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff, StoredCard
from orders.purposes import Initiator
from orders.services import (
    approval_requests,
    audit,
    limits,
    paid_outside,
    readiness,
    rules,
    totals,
)
from orders.services.form_keys import check_same, check_same_order, made_by
from orders.services.gate import gate
from orders.services.limits import Card
from orders.services.near_duplicates import Confirmation
from orders.services.new_order import NewConsent, NewOrder
from orders.services.prepare import prepare
from orders.services.take import take
from orders.states import CHARGES, FREE, OrderStatus, Status

MAY_CHARGE = {OrderStatus.OPEN, OrderStatus.DECLINED, OrderStatus.VOIDED}


@dataclass(frozen=True)
class Placed:
    """A charge's operation, and whether this call made it (``False``: the same form again)."""

    operation: Operation
    is_new: bool


def new_form_key() -> str:
    """128 random bits in 26 letters that can never look like a card number."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def place_order(
    *,
    actor: Staff,
    form_key: str,
    new_order: NewOrder,
    stored_card: StoredCard | None = None,
    consent: NewConsent | None = None,
    confirmation: Confirmation | None = None,
    initiated_by: str = Initiator.CUSTOMER,
) -> Placed:
    """The order's first charge, durably stored: ``prepared`` for a new card, ``sending`` for a
    stored one, which only this caller may now send (``charge.proceed``).

    ``initiated_by`` says who starts a stored card's charge (``states.Initiator``).

    The same ``form_key`` again gives the same operation and asks nothing. Raises ``Refused`` by
    ``services.rules``, ``agreements``, ``readiness`` and ``limits``, ``Warned`` where
    ``confirmation`` lacks a reason for a near-duplicate, and ``Conflict`` when the key was used for
    something else or the order reference is taken.
    """
    rules.may(actor, "orders.take_order", "orders.charge_order")
    # A repeat run answers for its own charges, as those who started it were asked to.
    charged_by = None if new_order.repeat_item else actor
    if again := made_by(form_key):
        check_same(again, new_order, stored_card)
        return Placed(again, is_new=False)
    rules.check_order(new_order)
    rules.check_card(stored_card, new_order.customer, new_order.amount_minor, new_order.currency)
    claiming = readiness.claiming(form_key, sends=stored_card is not None)
    with limits.noted(actor):
        try:
            with claiming, transaction.atomic(durable=True):
                passed = gate(
                    actor=charged_by,
                    wanted=new_order,
                    card=Card.stored(stored_card) if stored_card else None,
                    confirmation=confirmation,
                )
                order = take(actor, new_order)
                operation = prepare(
                    order, charged_by, form_key, stored_card, consent, passed, initiated_by
                )
                return Placed(operation, is_new=True)
        except (IntegrityError, Refused) as error:
            # The same form may have been quicker: what it made is no near-duplicate of itself.
            if again := made_by(form_key):
                check_same(again, new_order, stored_card)
                return Placed(again, is_new=False)
            if isinstance(error, Refused):
                raise
            rules.check_reference(new_order.reference)
            rules.check_customer(new_order.customer)
            raise _taken() from error


def prepare_charge(
    *,
    actor: Staff,
    form_key: str,
    order: Order,
    stored_card: StoredCard | None = None,
    consent: NewConsent | None = None,
    confirmation: Confirmation | None = None,
    initiated_by: str = Initiator.CUSTOMER,
) -> Placed:
    """Another try to charge ``order``, after one that was declined, expired or never charged.

    Raises ``Conflict`` while another charge of the order is under way or has succeeded, ``Limited``
    after too many tries, and ``Warned`` for a near-duplicate that no earlier try of this order gave
    a reason for; ``Refused`` as ``place_order`` does.
    """
    rules.may(actor, "orders.charge_order")
    if again := made_by(form_key):
        check_same_order(again, order)
        return Placed(again, is_new=False)
    rules.check_card(stored_card, order.customer, order.amount_minor, order.currency)
    claiming = readiness.claiming(form_key, sends=stored_card is not None)
    with limits.noted(actor, order):
        try:
            with claiming, transaction.atomic(durable=True):
                locked = Order.objects.locked(order.pk)
                _make_room(locked, actor)
                passed = gate(
                    actor=actor,
                    wanted=locked,
                    card=Card.stored(stored_card) if stored_card else None,
                    confirmation=confirmation,
                )
                operation = prepare(
                    locked, actor, form_key, stored_card, consent, passed, initiated_by
                )
                return Placed(operation, is_new=True)
        except (IntegrityError, Refused) as error:
            if again := made_by(form_key):
                check_same_order(again, order)
                return Placed(again, is_new=False)
            if isinstance(error, Refused):
                raise
            raise _taken() from error


def cancel(*, actor: Staff, operation: Operation) -> Operation:
    """The operation, expired before it was sent. Raises ``Conflict`` when it has moved on."""
    rules.may(actor, "orders.charge_order")
    with transaction.atomic(durable=True):
        order = Order.objects.locked(operation.order_id)
        current = order.operations.get(pk=operation.pk)
        expire(order, current, actor=actor)
    return current


def expire(order: Order, operation: Operation, *, actor: Staff | None) -> None:
    """Expire a prepared operation. The caller holds the order's lock."""
    operation.move(Status.EXPIRED, settled_at=clock.now())
    audit.record(order, f"{operation.kind}_expired", actor=actor, operation=operation)
    approval_requests.follow(order)
    totals.recompute(order)


def _make_room(order: Order, actor: Staff) -> None:
    """Expire a prepared charge nobody finished; refuse while another one holds the order, or one
    took money beside it that nobody has given back, or the order was paid outside the gateway.
    """
    paid_outside.check_none(order)
    operations = order.operations.all()
    charges = operations.filter(kind__in=CHARGES)
    held = charges.exclude(status__in=[*FREE, Status.PREPARED, Status.DUPLICATE])
    if totals.open_duplicates(operations) or held.exists() or order.status not in MAY_CHARGE:
        raise _taken()
    for waiting in charges.filter(status=Status.PREPARED):
        expire(order, waiting, actor=actor)


def _taken() -> Conflict:
    return Conflict(
        "charge_under_way",
        _("This order is being charged already, or has been. Nothing more was sent."),
    )
