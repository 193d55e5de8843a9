"""Repeat runs as the pages list them, newest first. Reads only."""

from django.db.models import QuerySet

from orders.models import RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.services.pages import Page, page_of
from orders.services.waiting_approvals import RIGHT as APPROVES
from orders.states import OrderStatus

PAGE_SIZE = 50
MOST_TROUBLES = 100
_FINE = (OrderStatus.CHARGED, OrderStatus.PAID, OrderStatus.PART_REFUNDED, OrderStatus.REFUNDED)


def page(*, before: int | None = None, after: int | None = None) -> Page[RepeatRun]:
    """The newest runs, or those next to the run they are asked by."""
    rows = RepeatRun.objects.select_related("made_by").defer("faults", "alike")
    rows = rows.exclude(state=RunState.DROPPED)
    if before is not None:
        rows = rows.filter(pk__lt=before).order_by("-pk")
    elif after is not None:
        rows = rows.filter(pk__gt=after).order_by("pk")
    else:
        rows = rows.order_by("-pk")
    found = list(rows[: PAGE_SIZE + 1])
    return page_of(found, lambda run: run.pk, before=before, after=after, size=PAGE_SIZE)


def to_decide(viewer: Staff) -> QuerySet[RepeatRun]:
    """The runs that wait for the viewer's approval."""
    waiting = RepeatRun.objects.filter(state=RunState.ASKED)
    if not viewer.has_perm(APPROVES):
        return waiting.none()
    return waiting.exclude(started_by=viewer).exclude(made_by=viewer)


def troubles(run: RepeatRun) -> list[RepeatItem]:
    """The first rows that were begun and are not charged, in the order of the file."""
    begun = run.items.filter(state__in=[ItemState.TAKEN, ItemState.REFUSED])
    rows = begun.exclude(order__status__in=_FINE).order_by("line")
    return list(rows.select_related("order", "card__customer")[:MOST_TROUBLES])
