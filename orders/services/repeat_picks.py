"""A repeat run picked from the history: each stored card that was charged, once more."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from orders import clock, money
from orders.models import Operation, Order, RepeatRun, Staff, StoredCard
from orders.services import history, repeat_files, rules
from orders.services.history import HistoryFilters
from orders.sheets import Line
from orders.states import Kind, Status


def pick(*, actor: Staff, filters: HistoryFilters) -> RepeatRun:
    """The run, not started: of every stored card its newest charge among the orders that ``actor``
    may see and that fit, whatever text is looked for.

    Each row's reference names the order and the present month, so that the same pick twice in a
    month charges nobody twice. Raises ``Refused`` as ``repeat_files.make`` does.
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
        .order_by("-id")
    )
    columns = ("card", "order", "amount_minor", "currency", "order__description")
    picked: set[int] = set()
    for card, order, amount_minor, currency, description in charges.values_list(
        *columns
    ).iterator():
        if card in picked:
            continue
        picked.add(card)
        cells = {
            "card": str(card),
            "amount": money.plain(amount_minor, money.exponent(currency)),
            "currency": currency,
            "reference": f"{Order(pk=order).number}/{month}",
            "description": description,
        }
        yield Line(len(picked), cells)
