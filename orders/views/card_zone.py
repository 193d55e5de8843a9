"""What the payment zone shows on every page that has one: stored cards, and what is read aloud."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from orders.forms.card_choice import CardChoiceForm
from orders.models import Customer, Order, StoredCard
from orders.purposes import Initiator, Purpose
from orders.services.agreements import Room, rooms, why_unusable
from orders.services.consents import script, words_of

MOST_CARDS = 20


@dataclass(frozen=True)
class ShownCard:
    """A stored card as staff see it. ``room`` is what its consent leaves, None without one;
    ``why_not`` says why it cannot be charged, or is ""; ``started`` is chosen for it; with the
    order ``given_with`` the consent came.
    """

    card: StoredCard
    room: Room | None
    why_not: str
    started: str = ""
    given_with: Order | None = None

    @property
    def words_read(self) -> str:
        """What was read to the customer who gave the consent, "" where nobody knows."""
        consent = getattr(self.card, "consent", None)
        return words_of(consent) if consent else ""

    @property
    def customer_may_start(self) -> bool:
        """Whether the consent covers a charge that the customer starts."""
        return self.room is not None and Initiator.CUSTOMER in self.room.starts

    @property
    def merchant_may_start(self) -> bool:
        """Whether the consent covers a charge that we start."""
        return self.room is not None and self.room.merchant_may_start


@dataclass(frozen=True)
class Words:
    """What is read in one language when a card is to be kept for one purpose."""

    language: str
    purpose: str
    text: str


def card_zone(customer: Customer | None, form: CardChoiceForm) -> dict[str, Any]:
    """``cards`` of the customer, the usable ones first and those last used before the others;
    ``gateway_page``, where a new card goes; ``scripts``, to be read before one is kept.
    """
    newest = (
        customer.cards.select_related("consent").order_by("-pk")[:MOST_CARDS] if customer else []
    )
    return {
        "cards": sorted(shown_cards(newest, form), key=_rank),
        "gateway_page": settings.APS_PAGE_URL,
        "scripts": [
            Words(language, purpose, script(language, purpose))
            for language, _name in settings.LANGUAGES
            for purpose in Purpose.values
        ],
    }


def shown_cards(cards: Iterable[StoredCard], form: CardChoiceForm | None = None) -> list[ShownCard]:
    """The cards, which come with their ``consent``, in the order given. Two queries at most."""
    given = list(cards)
    room = rooms(given)
    return [
        ShownCard(card, room.get(card.pk), why_unusable(card), form.started(card) if form else "")
        for card in given
    ]


def _rank(shown: ShownCard) -> tuple[bool, float]:
    used = shown.card.last_used_at or shown.card.created_at
    return bool(shown.why_not), -used.timestamp()
