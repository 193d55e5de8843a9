"""What every template may use: scripts with their hash, icons, money, status badges, card labels.

Nothing here reads the database or decides anything; templates load it with ``{% load office %}``.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TypedDict

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders import cards, money
from orders.run_states import RunState
from orders.services.result_of_outside import SYMBOLS
from orders.states import PAID_BY, OrderStatus, OutsideMethod, Source, Status

register = template.Library()

ORDER_ICONS = {
    OrderStatus.OPEN: "pencil",
    OrderStatus.RESERVED: "lock",
    OrderStatus.CHARGED: "check-circle-fill",
    OrderStatus.PAID: "cash-coin",
    OrderStatus.PART_REFUNDED: "arrow-clockwise",
    OrderStatus.REFUNDED: "arrow-clockwise",
    OrderStatus.VOIDED: "x-circle",
    OrderStatus.DECLINED: "x-octagon-fill",
    OrderStatus.UNKNOWN: "hourglass-split",
    OrderStatus.PAID_OUTSIDE: "cash-stack",
}
OPERATION_ICONS = {
    Status.PREPARED: "pencil",
    Status.SENDING: "arrow-repeat",
    Status.UNKNOWN: "hourglass-split",
    Status.APPROVED: "check-circle-fill",
    Status.DECLINED: "x-octagon-fill",
    Status.NOT_CHARGED: "x-circle",
    Status.EXPIRED: "clock-history",
    Status.RELEASED: "exclamation-triangle-fill",
    Status.DUPLICATE: "exclamation-triangle-fill",
    Status.VOIDED: "x-circle",
    Status.LAPSED: "clock-history",
}
SOURCE_ICONS = {
    Source.PHONE: "telephone",
    Source.POST: "envelope",
    Source.IN_PERSON: "shop",
    Source.API: "gear",
    Source.REPEAT: "arrow-repeat",
}


# The name of a badge's colour, and its symbol.
RUN_BADGES = {
    RunState.DRAFT: ("open", "pencil"),
    RunState.ASKED: ("unknown", "pause-circle"),
    RunState.RUNNING: ("sending", "arrow-repeat"),
    RunState.PAUSED: ("waiting", "pause-circle"),
    RunState.STOPPED: ("declined", "x-octagon-fill"),
    RunState.ENDED: ("charged", "check-circle-fill"),
    RunState.DROPPED: ("voided", "x-circle"),
}


class Badge(TypedDict):
    """What _badge.html shows: ``name`` is the end of its class, ``icon`` a symbol of the sprite."""

    name: str
    icon: str
    label: str


@register.simple_tag
def script(name: str) -> SafeString:
    """A deferred script element whose ``integrity`` is that of the file actually served.

    ``crossorigin`` is not decoration: Integrity-Policy blocks a same-origin script without it.
    Raises ``FileNotFoundError`` or the manifest's ``ValueError`` for a name that is not there.
    """
    path = _served_file(name)
    return format_html(
        '<script src="{}" integrity="{}" crossorigin="anonymous" defer></script>',
        static(name),
        _integrity(path, path.stat().st_mtime_ns),
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of the sprite; silent to screen readers unless it has a ``label``."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon icon-{}" role="img" aria-label="{}"><use href="{}"></use></svg>',
            name,
            label,
            href,
        )
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true"><use href="{}"></use></svg>', name, href
    )


@register.filter("money")
def money_filter(amount_minor: int | None, currency: str) -> str:
    """The same as the tag: ``{{ order.amount_minor|money:order.currency }}``."""
    return money_tag(amount_minor, currency)


@register.simple_tag(name="money")
def money_tag(amount_minor: int | None, currency: str) -> str:
    """An amount in minor units with its currency, left to right: "KWD 250.500"; a dash for None."""
    if amount_minor is None:
        return "—"
    return format_html(
        '<bdi class="money" dir="ltr">{}</bdi>', money.format_money(amount_minor, currency)
    )


@register.simple_tag
def money_cell(amount_minor: int | None, currency: str, with_currency: bool = True) -> str:
    """An amount for a table cell of class ``amount``: points stand under points in one column."""
    if amount_minor is None:
        return "—"
    whole, point, decimals = money.format_amount(amount_minor, currency).partition(".")
    return format_html(
        '<bdi class="money money-cell" dir="ltr">{}<span class="money-decimals">{}</span></bdi>',
        f"{currency} {whole}" if with_currency else whole,
        point + decimals,
    )


@register.simple_tag
def card_label(brand: str, last_four: str) -> str:
    """A card as people read it, left to right: "Visa •••• 1111"; a dash when nothing is known."""
    if not last_four:
        return "—"
    name = cards.BRANDS.get(brand.upper(), brand)
    return format_html('<bdi class="card-label" dir="ltr">{} •••• {}</bdi>', name, last_four)


@register.inclusion_tag("_badge.html")
def run_badge(state: str) -> Badge:
    """The badge of a repeat run's state."""
    name, symbol = RUN_BADGES[RunState(state)]
    return Badge(name=name, icon=symbol, label=str(RunState(state).label))


@register.inclusion_tag("_badge.html")
def status_badge(value: str, of: str = "order", method: str = "") -> Badge:
    """The badge of an order's status, or with ``"operation"`` as second word of an operation's.
    ``method``: how an order was paid outside the gateway, which then is its word.

    Three values mean different things for the two, so a plain string needs to be told apart.
    """
    is_operation = of == "operation" or isinstance(value, Status)
    if value not in (Status.values if is_operation else OrderStatus.values):
        # A later version of the office wrote it, while both run.
        return Badge(name="newer", icon="info-circle", label=_("Not known to this version"))
    if is_operation:
        operation = Status(value)
        return Badge(
            name=operation.value, icon=OPERATION_ICONS[operation], label=str(operation.label)
        )
    order = OrderStatus(value)
    if order == OrderStatus.PAID_OUTSIDE and method in OutsideMethod.values:
        how = OutsideMethod(method)
        return Badge(name=order.value, icon=SYMBOLS[how], label=str(PAID_BY[how]))
    return Badge(name=order.value, icon=ORDER_ICONS[order], label=str(order.label))


@register.simple_tag
def source_label(value: str) -> SafeString:
    """How the order came, with its icon: Phone, Post, In person, API, Repeat."""
    source = Source(value)
    return format_html(
        '<span class="source-label">{}{}</span>', icon(SOURCE_ICONS[source]), source.label
    )


def _served_file(name: str) -> Path:
    """The collected file under the manifest storage; the source file in development and tests."""
    stored_name = getattr(staticfiles_storage, "stored_name", None)
    if stored_name is not None and not settings.DEBUG:
        return Path(staticfiles_storage.path(stored_name(name)))
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(str(found))


@cache
def _integrity(path: Path, _changed_ns: int) -> str:
    """The sha384 of the file; the time of its last change is there only to outdate the cache."""
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()
