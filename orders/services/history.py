"""The order history: which orders a person sees, newest first, a page at a time.

The page, the export and the API ask with the same ``HistoryFilters``. Every way of finding an
order is a query of its own that an index serves and that reads one page at most; their results
are merged here. No OFFSET and no COUNT: ten million orders answer like ten thousand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.models import ApprovalRequest, Operation, Order, OutsidePayment, Staff
from orders.models.orders import FIRST_NUMBER
from orders.money import EXPONENTS, exponent
from orders.services.customer_details import tidy
from orders.services.pages import Page, page_of
from orders.services.search_keys import begins, fold, matching
from orders.states import CHARGES, ApprovalStatus, OrderStatus

WAITING = "waiting_approval"  # no status of an order: something of it waits for a second person
PAGE_SIZE = 50
MOST_ENDINGS = 1_000  # of an order number; four digits are complete up to ten million orders
Key = tuple[datetime, int]


@dataclass(frozen=True)
class HistoryFilters:
    """What is looked for. Times are aware, ``taken_until`` is the first moment outside; amounts
    are whole currency ("250.5"), for every currency unless ``currency`` is given; ``agent`` and
    ``customer`` are ids. ``status`` is that of an order, or ``WAITING``.
    """

    text: str = ""
    taken_from: datetime | None = None
    taken_until: datetime | None = None
    status: str = ""
    source: str = ""
    currency: str = ""
    agent: int | None = None
    customer: int | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None


@dataclass(frozen=True)
class HistoryRow:
    """An order with its customer and taker, the card of its latest charge, and how it was paid
    outside the gateway ("" if it was not). ``order.waits``: something of it waits for approval.
    """

    order: Order
    brand: str
    last_four: str
    paid_outside: str = ""


def page(
    filters: HistoryFilters,
    viewer: Staff,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE_SIZE,
) -> Page[HistoryRow]:
    """The orders ``viewer`` may see that fit: the newest, or those next to the order ``before``
    (older) or ``after`` (newer) which they are asked by; a row that is gone begins at the newest.
    """
    border = _border(before if before is not None else after)
    if border is None:
        before = after = None
    orders = narrowed(filters, viewer)
    found: set[Key] = set()
    for condition in _ways_to_find(filters.text):
        found.update(
            _keys(orders.filter(condition), border, is_upward=after is not None, size=size)
        )
    keys = sorted(found, reverse=after is None)[: size + 1]
    cut = page_of(keys, lambda key: key[1], before=before, after=after, size=size)
    return Page(rows_of(pk for _taken_at, pk in cut.rows), newer=cut.newer, older=cut.older)


def rows_of(pks: Iterable[int]) -> list[HistoryRow]:
    """The rows of these orders, newest first, in two queries; a third where some were paid outside
    the gateway.
    """
    orders = list(
        Order.objects.filter(pk__in=list(pks))
        .annotate(waits=Exists(_waiting().filter(order=OuterRef("pk"))))
        .select_related("customer", "taken_by")
        .order_by("-taken_at", "-pk")
    )
    charges = Operation.objects.filter(order__in=orders, kind__in=sorted(CHARGES))
    cards = {
        order_id: (brand, last_four)
        for order_id, brand, last_four in charges.exclude(last_four="")
        .order_by("pk")
        .values_list("order_id", "payment_option", "last_four")
    }
    outside = _paid_outside(orders)
    return [
        HistoryRow(order, *cards.get(order.pk, ("", "")), outside.get(order.pk, ""))
        for order in orders
    ]


def _paid_outside(orders: Iterable[Order]) -> dict[int, str]:
    """How those of the orders that stand as paid outside the gateway were paid, by order."""
    pks = [one.pk for one in orders if one.status == OrderStatus.PAID_OUTSIDE]
    standing = OutsidePayment.objects.filter(order__in=pks, taken_back_at=None)
    return dict(standing.values_list("order_id", "method")) if pks else {}


def _border(pk: int | None) -> Key | None:
    """Where the order ``pk`` stands in time."""
    if pk is None:
        return None
    return Order.objects.filter(pk=pk).values_list("taken_at", "pk").first()


def narrowed(filters: HistoryFilters, viewer: Staff) -> QuerySet[Order]:
    """The orders ``viewer`` may see that fit everything but the text."""
    orders = Order.objects.visible_to(viewer).filter(_amounts(filters))
    is_waiting = filters.status == WAITING
    if is_waiting:
        orders = orders.filter(pk__in=_waiting().values("order"))
    exact = {
        "taken_at__gte": filters.taken_from,
        "taken_at__lt": filters.taken_until,
        "status": "" if is_waiting else filters.status,
        "source": filters.source,
        "currency": filters.currency,
        "taken_by": filters.agent,
        "customer": filters.customer,
    }
    return orders.filter(**{name: value for name, value in exact.items() if value})


def _waiting() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(status=ApprovalStatus.PENDING).order_by()


def _keys(
    orders: QuerySet[Order], border: Key | None, *, is_upward: bool, size: int
) -> QuerySet[Order, Key]:
    """Times and ids of the next ``size`` + 1 orders beyond the border."""
    if border:
        taken_at, pk = border
        beyond = "gt" if is_upward else "lt"
        # The first condition says nothing new, but an index can begin to read at it.
        orders = orders.filter(
            Q(**{f"taken_at__{beyond}e": taken_at}),
            Q(**{f"taken_at__{beyond}": taken_at}) | Q(**{f"pk__{beyond}": pk}),
        )
    sign = "" if is_upward else "-"
    return orders.order_by(f"{sign}taken_at", f"{sign}pk").values_list("taken_at", "pk")[: size + 1]


def _ways_to_find(text: str) -> list[Q]:
    """A condition for each thing the text may be: number, reference, customer, card, fort_id."""
    folded = fold(text).strip()
    if not folded:
        return [] if text.strip() else [Q()]
    ways = [Q(customer__in=matching(text)), _reference_begins(tidy(text))]
    if numbers := _numbers(folded):
        ways.append(Q(pk__in=numbers))
    if re.fullmatch("[0-9]{4}", folded):
        ways.append(_has_charge(last_four=folded))
    elif re.fullmatch("[0-9]{10,20}", folded):
        ways.append(_has_charge(fort_id=folded))
    return ways


def _reference_begins(text: str) -> Q:
    """References keep the case they were typed in; here all capitals and all small ones do too."""
    spellings = tuple(dict.fromkeys((text, text.upper(), text.lower())))
    return ~Q(reference="") & begins(spellings, "reference")


def _numbers(folded: str) -> list[int]:
    """The ids of the orders whose number is, or ends with, the folded text; newest first."""
    prefix = re.escape(fold(settings.ORDER_PREFIX))
    if whole := re.fullmatch(rf"{prefix}[\s-]?([0-9]{{5,18}})(-[a-z]?[0-9]+)?", folded):
        return [int(whole[1]) - FIRST_NUMBER]
    if not re.fullmatch("[0-9]{1,18}", folded):
        return []
    newest = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    highest = FIRST_NUMBER + newest
    step = 10 ** len(folded)
    nearest = highest - (highest - int(folded)) % step
    last = max(FIRST_NUMBER, nearest - MOST_ENDINGS * step)
    return [number - FIRST_NUMBER for number in range(nearest, last, -step)]


def _has_charge(**fields: str) -> Q:
    return Q(pk__in=Operation.objects.filter(**fields).values("order"))


def _amounts(filters: HistoryFilters) -> Q:
    """The condition on the amount: minor units mean another amount in each kind of currency."""
    if filters.amount_from is None and filters.amount_to is None:
        return Q()
    if filters.currency:
        return _minor_between(filters, exponent(filters.currency))
    unusual = {places: _currencies_with(places) for places in (0, 3)}
    condition = ~Q(currency__in=unusual[0] + unusual[3]) & _minor_between(filters, 2)
    for places, currencies in unusual.items():
        condition |= Q(currency__in=currencies) & _minor_between(filters, places)
    return condition


def _minor_between(filters: HistoryFilters, places: int) -> Q:
    condition = Q()
    if filters.amount_from is not None:
        condition &= Q(amount_minor__gte=_minor(filters.amount_from, places, ROUND_CEILING))
    if filters.amount_to is not None:
        condition &= Q(amount_minor__lte=_minor(filters.amount_to, places, ROUND_FLOOR))
    return condition


def _minor(amount: Decimal, places: int, rounding: str) -> int:
    return int(amount.scaleb(places).to_integral_value(rounding))


def _currencies_with(places: int) -> list[str]:
    return [currency for currency, its_places in EXPONENTS.items() if its_places == places]
