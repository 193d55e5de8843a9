"""What the payment zone shows on every page that has one: stored cards, and what is read aloud."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from orders.models import Customer, StoredCard
from orders.services.consents import script

MOST_CARDS = 20


def card_zone(customer: Customer | None) -> dict[str, Any]:
    """``cards`` of the customer, the usable ones first and those last used before the others;
    ``gateway_page``, where a new card goes; ``consent_script``, to be read before one is kept.
    """
    return {
        "cards": _cards(customer) if customer else [],
        "gateway_page": settings.APS_PAGE_URL,
        "consent_script": script(get_language() or "en"),
    }


def _cards(customer: Customer) -> list[StoredCard]:
    newest = customer.cards.select_related("consent").order_by("-pk")[:MOST_CARDS]
    return sorted(newest, key=_rank)


def _rank(card: StoredCard) -> tuple[bool, float]:
    used = card.last_used_at or card.created_at
    return not card.is_usable, -used.timestamp()
