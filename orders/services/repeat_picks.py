"""A repeat run picked from the history: each stored card that was charged, once more."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import clock, money
from orders.models import Operation, RepeatRun, Staff, StoredCard
from orders.services import history, repeat_files, rules
from orders.services.history import HistoryFilters
from orders.sheets import Line
from orders.states import Kind, OrderStatus, Status


def pick(*, actor: Staff, filters: HistoryFilters) -> RepeatRun:
    """The run, not started: of every stored card its newest charge among the orders that ``actor``
    may see and that fit, whatever text is looked for.

    Each row's reference names the card and the present month, so that no card is charged by two
    picks of a month, whatever was charged in between. Raises ``Refused`` as ``repeat_files.make``
    does.
    """
    rules.may(actor, repeat_files.RIGHT, "orders.view_order")
    month = timezone.localtime(clock.now()).strftime("%Y-%m")
    return repeat_files.make(
        actor=actor,
        name=_("From the history, %(month)s") % {"month": month},
        lines=_lines(filters, actor, month),
    )


def _lines(filters: HistoryFilters, viewer: Staff, month: str) -> Iterator[Line]:
    cards = StoredCard.objects.filter(token_name=OuterRef("token_name"))
    charges = (
        Operation.objects.filter(
            order__in=history.narrowed(filters, viewer).order_by(),
            kind=Kind.PURCHASE,
            status=Status.APPROVED,
        )
        .exclude(token_name="")
        .annotate(card=Subquery(cards.values("pk")[:1]))
        .filter(card__isnull=False)
        .exclude(order__status=OrderStatus.REFUNDED)
        .order_by("-id")
    )
    columns = ("card", "amount_minor", "currency", "order__description")
    picked: set[int] = set()
    for card, amount_minor, currency, description in charges.values_list(*columns).iterator():
        if card in picked:
            continue
        picked.add(card)
        cells = {
            "card": str(card),
            "amount": money.plain(amount_minor, money.exponent(currency)),
            "currency": currency,
            "reference": f"card-{card}/{month}",
            "description": description,
        }
        yield Line(len(picked), cells)
