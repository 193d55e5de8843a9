"""The stand-in's own page: what it received, what it remembers, and how to ask for the unusual."""

import csv
import html
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from orders.sandbox.amounts import EXPONENTS, UNUSUAL
from orders.sandbox.books import Order
from orders.sandbox.cards import TEST_CARDS
from orders.sandbox.journal import Received
from orders.sandbox.replies import Reply, page
from orders.sandbox.standin import StandIn

SHOWN = 200
_AMOUNT = "amount"
_INTRODUCTION = """<h1>Stand-in for Amazon Payment Services</h1>
<p>It plays the gateway for trying things out. Card numbers and CVVs are not kept. The same as data:
<a href="/requests.json">requests.json</a>, <a href="/report.csv">report.csv</a>.</p>"""
_CSV_COLUMNS = (
    "merchant_reference",
    "fort_id",
    "command",
    "amount",
    "currency",
    "status",
    "response_code",
    "date",
)


def overview(standin: StandIn) -> Reply:
    """The page at /."""
    with standin.books.lock:
        orders = list(standin.books.orders.values())
    received = standin.journal.all()
    body = [
        _INTRODUCTION,
        _table("Received, newest first", _RECEIVED, map(_received_row, _latest(received))),
        _table("Orders, newest first", _ORDERS, map(_order_row, _latest(orders))),
        _table("Feedback, newest first", _FEEDBACK, _feedback_rows(standin)),
        _table("Test cards", ("Number", "Brand", "A charge is"), _card_rows()),
        _table(
            "Amounts that ask for the unusual",
            ("Minor units end in", "What happens"),
            ((f"…{case.digits}", case.words) for case in UNUSUAL),
        ),
        _table(
            "Switches", ("Name", "Now"), ((k, str(v)) for k, v in asdict(standin.switches).items())
        ),
    ]
    return page("Stand-in gateway", "".join(body))


def requests_json(standin: StandIn) -> Reply:
    """Everything received, newest first, as JSON."""
    received = [asdict(one) for one in reversed(standin.journal.all())]
    return Reply(json.dumps({"requests": received}, ensure_ascii=False).encode())


def counts_json(standin: StandIn) -> Reply:
    """How often each reference was received with each command: [reference, command, times]."""
    return Reply(json.dumps({"counts": standin.journal.counts()}).encode())


def waiting_json(standin: StandIn) -> Reply:
    """How much will still happen by itself: requests held up, notifications, uncertain charges."""
    return Reply(json.dumps({"waiting": standin.later.waiting}).encode())


def report_csv(standin: StandIn) -> Reply:
    """Every operation carried out or declined, by order, oldest first; amounts in minor units."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(_CSV_COLUMNS)
    with standin.books.lock:
        for order in standin.books.orders.values():
            writer.writerows(_csv_rows(order))
    headers = {"Content-Disposition": 'attachment; filename="report.csv"'}
    return Reply(sheet.getvalue().encode(), "text/csv; charset=utf-8", headers=headers)


_RECEIVED = ("Time (UTC)", "Command", "Reference", _AMOUNT, "Card", "Code", "Unusual")
_ORDERS = (
    "Reference",
    "fort_id",
    "Card",
    "Last code",
    "authorized amount",
    "captured amount",
    "refunded amount",
)
_FEEDBACK = ("Reference", "Code", "Address", "Answered")


def _received_row(one: Received) -> Sequence[str]:
    return (
        one.time[:19].replace("T", " "),
        one.command,
        one.merchant_reference,
        _written(one.amount, one.currency),
        one.card_number,
        one.response_code or "none",
        one.unusual,
    )


def _order_row(order: Order) -> Sequence[str]:
    totals = (order.authorized, order.captured, order.refunded)
    return (
        order.merchant_reference,
        order.fort_id,
        order.card_number,
        order.response_code,
        *(_written(str(total), order.currency) for total in totals),
    )


def _feedback_rows(standin: StandIn) -> Iterable[Sequence[str]]:
    for one in _latest(list(standin.feedback.deliveries)):
        answered = str(one.answered) if one.answered else "nobody"
        yield one.merchant_reference, one.response_code, one.url, answered


def _card_rows() -> Iterable[Sequence[str]]:
    return ((card.number, card.brand, card.words) for card in TEST_CARDS)


def _csv_rows(order: Order) -> Iterable[Sequence[str]]:
    for operation in order.operations:
        yield (
            order.merchant_reference,
            order.fort_id,
            operation.command,
            str(operation.amount),
            order.currency,
            operation.response_code[:2],
            operation.response_code,
            operation.date,
        )


def _latest(rows: Sequence[Any]) -> Sequence[Any]:
    return rows[: -SHOWN - 1 : -1]


def _written(amount: str, currency: str) -> str:
    """Minor units as people write them; what is no amount is shown as it came."""
    if not (amount.isascii() and amount.isdigit() and currency in EXPONENTS):
        return f"{amount} {currency}".strip()
    places = EXPONENTS[currency]
    digits = amount.zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]} {currency}" if places else f"{amount} {currency}"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    kinds = [' class="amount"' if column.endswith(_AMOUNT) else "" for column in columns]
    heads = "".join(
        f'<th scope="col"{kind}>{html.escape(column.capitalize() if kind else column)}</th>'
        for column, kind in zip(columns, kinds, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{html.escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    none = "" if lines else f'<tr><td colspan="{len(columns)}">Nothing yet</td></tr>'
    return (
        f"<h2>{html.escape(title)}</h2>"
        f'<div class="wide" role="region" aria-label="{html.escape(title)}" tabindex="0">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}{none}</tbody></table></div>"
    )
