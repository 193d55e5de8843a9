"""What machines are told: orders, operations, customers and their cards. Never a token, never more
than the last four digits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from ninja import Schema
from pydantic import ConfigDict, Field

from orders.gateway import CardForm
from orders.models import Customer, Operation, Order, StoredCard
from orders.services.order_facts import operation_facts, order_facts, whole_facts
from orders.states import Kind, OrderStatus, Status


def _or(values: Sequence[str]) -> str:
    """All that may stand there, in words."""
    return f"{', '.join(values[:-1])} or {values[-1]}."


class Told(Schema):
    """An answer says exactly this."""

    model_config = ConfigDict(extra="forbid")


class CardTold(Told):
    """The card of an operation."""

    brand: str = Field(examples=["VISA"])
    last_four: str


class OperationTold(Told):
    """One request to the gateway. What is not final may still come to any ``status``."""

    reference: str = Field(examples=["MO-10482-1"])
    kind: str = Field(description=_or(Kind.values))
    status: str = Field(description=_or(Status.values))
    is_final: bool
    is_looked_at_again: bool = Field(
        description="It seems not to have happened, and the office still asks the gateway: a "
        "success may come late."
    )
    amount_minor: int
    currency: str
    card: CardTold | None
    response_code: str
    meaning: str = Field(description="The response code in plain words.")
    authorization_code: str
    fort_id: str
    of: str = Field(description="The charge that a capture, void or refund acts on.")
    reason_code: str
    reason: str
    is_reversed: bool = Field(description="A refund that the bank took back.")
    created_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None


class OrderTold(Told):
    """An order and what its operations add up to, in minor units."""

    number: str = Field(examples=["MO-10482"])
    status: str = Field(description=_or(OrderStatus.values))
    amount_minor: int
    currency: str
    authorized_minor: int
    captured_minor: int
    refunded_minor: int
    wants: str
    source: str
    customer: str
    reference: str
    description: str
    taken_at: datetime
    paid_at: datetime | None
    version: int


class CardEntry(Told):
    """A form for the merchant's own PCI page or an agent's desktop: the browser posts ``fields``
    and the card to ``action``, then comes back to the office, and POST …/charge sends the charge.
    """

    action: str
    fields: dict[str, str]
    needs_cvv: bool
    expires_at: datetime


class ActTold(Told):
    """What an act came to. ``card_entry`` where a card has yet to be entered."""

    order: OrderTold
    operation: OperationTold
    card_entry: CardEntry | None = None


class OrderWhole(OrderTold):
    """An order with all its operations, oldest first."""

    operations: list[OperationTold]


class OrderList(Told):
    """Orders, newest first; ``next`` is the cursor of the older ones, "" for none."""

    orders: list[OrderTold]
    next: str


class OperationList(Told):
    """The operations of an order, oldest first."""

    operations: list[OperationTold]


class StoredCardTold(Told):
    """A card that the gateway keeps. ``expiry`` is MM/YY; only an active one can be charged."""

    id: int
    brand: str
    last_four: str
    expiry: str
    state: str = Field(description=_or(StoredCard.State.values))


class CustomerTold(Told):
    """A customer and the cards kept for them."""

    number: str = Field(examples=["C-1042"])
    name: str
    email: str
    phone: str
    cards: list[StoredCardTold]


class CustomerList(Told):
    """Customers, newest first; ``next`` is the cursor of the older ones, "" for none."""

    customers: list[CustomerTold]
    next: str


class ProblemTold(Schema):
    """RFC 9457. ``type`` never changes and names the kind of problem; ``code`` is finer."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def order_told(order: Order) -> OrderTold:
    """``order`` as it stands."""
    return OrderTold(**order_facts(order))


def order_whole(order: Order, operations: Sequence[Operation]) -> OrderWhole:
    """``order`` with its ``operations``, given with their parents."""
    return OrderWhole(**whole_facts(order, operations))


def operation_told(operation: Operation) -> OperationTold:
    """``operation`` as it stands."""
    return OperationTold(**operation_facts(operation))


def card_entry_told(operation: Operation, form: CardForm) -> CardEntry:
    """The session in which ``operation``'s card is entered."""
    until = operation.created_at + timedelta(seconds=settings.PREPARED_EXPIRES_S)
    return CardEntry(
        action=form.action, fields=dict(form.fields), needs_cvv=form.needs_cvv, expires_at=until
    )


def customer_told(customer: Customer) -> CustomerTold:
    """``customer`` with the cards that were prefetched or are fetched now."""
    cards = sorted(customer.cards.all(), key=lambda card: card.pk)
    return CustomerTold(
        number=customer.number,
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        cards=[_card(card) for card in cards],
    )


def _card(card: StoredCard) -> StoredCardTold:
    has_ended = card.state == StoredCard.State.ACTIVE and card.has_expired
    return StoredCardTold(
        id=card.pk,
        brand=card.brand,
        last_four=card.last_four,
        expiry=card.expiry_shown,
        state=StoredCard.State.EXPIRED if has_ended else card.state,
    )
