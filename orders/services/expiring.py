"""Cards that end, and permissions that end: marked once a day, and listed for whoever calls.

Reads only, but for the sweep, which is the resolver's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models import Order, StoredCard, Sweep
from orders.services import audit
from orders.services.pages import Page, page_of

SOON = timedelta(days=30)
BATCH = 500
_NAME = "cards"


@dataclass(frozen=True)
class Ending:
    """A card to call its customer about; ``last_order_at`` may be None."""

    card: StoredCard
    last_order_at: datetime | None


def sweep() -> int:
    """Call the cards expired whose month is over; returns how many. Done by one process a day."""
    day = clock.today()
    row, _is_new = Sweep.objects.get_or_create(
        name=_NAME, defaults={"done_on": day - timedelta(days=1)}
    )
    if row.done_on >= day or not Sweep.objects.filter(name=_NAME, done_on__lt=day).update(
        done_on=day
    ):
        return 0
    swept = 0
    while count := _expire_some():
        swept += count
    return swept


def page(
    which: str, *, before: int | None = None, after: int | None = None, size: int = 50
) -> Page[Ending]:
    """The cards of the list called ``which`` (a key of ``LISTS``), the newest first: those kept
    before the card ``before``, after the card ``after``, or else the first page.
    """
    _label, chosen = LISTS[which]
    rows = chosen().select_related("customer", "consent")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    elif after is not None:
        rows = rows.filter(pk__gt=after)
    last_order = Order.objects.filter(customer=OuterRef("customer")).order_by("-taken_at", "-pk")
    rows = rows.annotate(last_order_at=Subquery(last_order.values("taken_at")[:1]))
    rows = rows.order_by("pk" if after is not None else "-pk")[: size + 1]
    found = [Ending(row, row.last_order_at) for row in rows]
    return page_of(found, lambda row: row.card.pk, before=before, after=after, size=size)


def _expire_some() -> int:
    """Some cards less that are over, in one commit with the event that names them."""
    with transaction.atomic(durable=True):
        over = StoredCard.objects.filter(state=StoredCard.State.ACTIVE, expiry__lt=_month())
        pks = list(over.exclude(expiry="").order_by("pk").values_list("pk", flat=True)[:BATCH])
        active = StoredCard.objects.filter(pk__in=pks, state=StoredCard.State.ACTIVE)
        if active.update(state=StoredCard.State.EXPIRED):
            audit.record_account("cards_expired", cards=pks)
    return len(pks)


def _month(later: timedelta = timedelta()) -> str:
    """A month of the office as cards write it, YYMM."""
    return (clock.today() + later).strftime("%y%m")


def _active() -> QuerySet[StoredCard]:
    return StoredCard.objects.filter(state=StoredCard.State.ACTIVE)


def _ending() -> QuerySet[StoredCard]:
    """Good until the end of this month, or of the one that comes within ``SOON``."""
    return _active().filter(expiry__gte=_month(), expiry__lte=_month(SOON))


def _ended() -> QuerySet[StoredCard]:
    """Expired within the last year: by their month, or because the gateway said so."""
    return StoredCard.objects.filter(
        state=StoredCard.State.EXPIRED, expiry__gte=_month(-timedelta(days=365))
    )


def _consents() -> QuerySet[StoredCard]:
    day = clock.today()
    return _active().filter(consent__ends_on__range=(day, day + SOON), consent__withdrawn_at=None)


def _gone() -> QuerySet[StoredCard]:
    """The gateway does not know the card any more, though nobody withdrew it."""
    return StoredCard.objects.filter(state=StoredCard.State.REVOKED, frozen_at=None)


LISTS: dict[str, tuple[object, Callable[[], QuerySet[StoredCard]]]] = {
    "ending": (_("Cards that end soon"), _ending),
    "ended": (_("Cards that have ended"), _ended),
    "consents": (_("Permissions that end soon"), _consents),
    "gone": (_("Cards the gateway no longer has"), _gone),
}
