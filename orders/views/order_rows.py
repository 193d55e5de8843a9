"""Rows of a table of orders, as HTML. The history and the customer's page show them.

Built from escaped strings rather than by a template: with fifty rows to a page, templates would
be the largest part of its cost.
"""

from collections.abc import Iterable
from functools import cache

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from orders import clock
from orders.cards import BRANDS
from orders.services.history import HistoryRow
from orders.templatetags.office import money_cell, source_label, status_badge

_ROW = (
    '<tr><th scope="row"><a class="row-title" href="{}"><bdi dir="ltr">{}</bdi></a>'
    '<bdi class="row-note">{}</bdi></th><td class="nowrap">{}</td>{}<td>{}</td><td>{}</td>'
    '<td><bdi>{}</bdi></td><td class="amount">{}</td><td>{}</td></tr>'
)
_CARD = '<bdi class="card-label" dir="ltr">•••• {}</bdi><bdi class="row-note">{}</bdi>'
_CUSTOMER = '<td><a class="row-link" href="{}"><bdi>{}</bdi></a></td>'


def order_rows(rows: Iterable[HistoryRow], *, with_customer: bool = True) -> SafeString:
    """A ``<tr>`` for each row: number and reference, time, customer, card, source, agent, amount,
    status.
    """
    badge = cache(
        lambda status, method: render_to_string(
            "_badge.html", {**status_badge(status, method=method)}
        )
    )
    label = cache(source_label)
    this_year = clock.today().year
    return format_html_join(
        "\n",
        _ROW,
        (
            (
                row.order.get_absolute_url(),
                row.order.number,
                row.order.reference or "—",
                _time(row, this_year),
                _customer(row) if with_customer else "",
                _card(row),
                label(row.order.source),
                row.order.taken_by or "—",
                money_cell(row.order.amount_minor, row.order.currency),
                _status(badge(row.order.status, row.paid_outside), row),
            )
            for row in rows
        ),
    )


def _status(badge: str, row: HistoryRow) -> SafeString | str:
    """The order's status, and that something of it waits for approval."""
    if not getattr(row.order, "waits", False):
        return badge
    waits = {"name": "waiting", "icon": "pause-circle", "label": _("Waiting for approval")}
    return format_html("{} {}", badge, render_to_string("_badge.html", waits))


def _time(row: HistoryRow, this_year: int) -> SafeString:
    """When the order was taken, by the office's clock; the year only where it is another."""
    taken_at = timezone.localtime(row.order.taken_at)
    return format_html(
        '<time datetime="{}">{}<span class="row-note">{}</span></time>',
        taken_at.isoformat(timespec="minutes"),
        date_format(taken_at, "j M" if taken_at.year == this_year else "j M Y"),
        date_format(taken_at, "H:i"),
    )


def _card(row: HistoryRow) -> SafeString | str:
    if not row.last_four:
        return "—"
    brand = BRANDS.get(row.brand, row.brand)
    return format_html(_CARD, row.last_four, brand)


def _customer(row: HistoryRow) -> SafeString:
    customer = row.order.customer
    return format_html(_CUSTOMER, customer.get_absolute_url(), customer.name)
