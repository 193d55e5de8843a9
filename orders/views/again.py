"""Charging an order again, as its own page offers it: a new order, copied."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from orders.models import Operation, Order, StoredCard
from orders.services.agreements import why_unusable
from orders.states import CHARGES, Status

MOST_COPIES = 5
RIGHTS = ("orders.take_order", "orders.charge_order")
_PROVEN = frozenset({Status.APPROVED, Status.VOIDED, Status.LAPSED})


def again_zone(request: HttpRequest, order: Order, operations: list[Operation]) -> dict[str, Any]:
    """``again_of`` and the newest ``copies`` that this person may see; ``again_url`` of the copy,
    "" where they may not make one; ``again_card``, kept since the order was charged to it.
    """
    visible = Order.objects.visible_to(request.user)
    zone = {
        "again_of": visible.filter(copies=order).first() if order.again_of_id else None,
        "copies": visible.filter(again_of=order).order_by("-pk")[:MOST_COPIES],
        "again_url": "",
        "again_card": None,
    }
    charged = [one for one in operations if one.kind in CHARGES and one.status in _PROVEN]
    if not charged or not request.user.has_perms(RIGHTS):
        return zone
    card = _card_of(order, charged[-1])
    query = {"again": order.number} | ({"card": str(card.pk)} if card else {})
    return zone | {
        "again_url": f"{reverse('manual-order')}?{urlencode(query)}",
        "again_card": card,
    }


def _card_of(order: Order, charge: Operation) -> StoredCard | None:
    """The card that the order was charged to, where it is kept and may be charged."""
    cards = StoredCard.objects.select_related("consent").filter(
        customer=order.customer_id, token_name=charge.token_name
    )
    return next((card for card in cards if not why_unusable(card)), None)
