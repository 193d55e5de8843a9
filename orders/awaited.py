"""Remembers, for whoever sent them, which charges had no outcome yet when a page was shown.

It waits in the session on the server until the outcome was seen: on the order's own page, or as
news on another page that the person closed. Nothing is kept in the browser.
"""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest

from orders.models import Staff
from orders.services.awaited import MOST, News, open_orders, settled

KEY = "awaited"


@dataclass(frozen=True)
class Awaited:
    """The keys of orders still open, and the news of those that were."""

    open: set[int]
    news: list[News]


def look(request: HttpRequest) -> Awaited:
    """What is open, and what was settled since it was remembered. Changes nothing."""
    viewer = cast("Staff", request.user)
    still_open = open_orders(viewer)
    left = set(request.session.get(KEY, ())) - still_open
    return Awaited(open=still_open, news=settled(viewer, left) if left else [])


def remember(request: HttpRequest) -> Awaited:
    """The same, for a page that is being shown: what is open now will be news on the next one."""
    found = look(request)
    known = request.session.get(KEY, [])
    if found.open - set(known):
        request.session[KEY] = [*known, *sorted(found.open - set(known))][-MOST:]
    return found


def forget(request: HttpRequest, order_key: int) -> None:
    """The outcome of this order was seen."""
    known = request.session.get(KEY, [])
    if order_key in known:
        request.session[KEY] = [key for key in known if key != order_key]
