"""The results of a repeat run as a table that a spreadsheet opens and can be trusted to open."""

import csv
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from orders import money
from orders.models import Operation, RepeatItem, RepeatRun
from orders.services.repeat_counts import outcome_of
from orders.sheets import harmless
from orders.states import CHARGES

COLUMNS = (
    "line",
    "reference",
    "customer",
    "card",
    "amount",
    "currency",
    "outcome",
    "order",
    "fort_id",
    "response_code",
    "message",
)
_AT_ONCE = 500


def lines(run: RepeatRun) -> Iterator[str]:
    """The lines of the CSV file, faulty rows included, in the order of the file the run was made
    from. The first one begins with a byte order mark, without which spreadsheets misread Arabic.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    faults = [(int(line), str(sentence)) for line, sentence in run.faults]
    items = _items(run)
    item = next(items, None)
    while item or faults:
        if item and (not faults or item.line < faults[0][0]):
            yield writer.writerow([harmless(cell) for cell in _row(item)])
            item = next(items, None)
        else:
            line, sentence = faults.pop(0)
            blank = [""] * 5
            yield writer.writerow([line, *blank, "faulty", "", "", "", harmless(sentence)])


class _Echo:
    """A file that gives back each line written to it."""

    def write(self, line: str) -> str:
        """The line."""
        return line


class _Answer(NamedTuple):
    """What the gateway said last about an order's charge."""

    fort_id: str = ""
    response_code: str = ""
    response_message: str = ""


def _items(run: RepeatRun) -> Iterator[RepeatItem]:
    newest = Operation.objects.filter(order=OuterRef("order"), kind__in=sorted(CHARGES))
    newest = newest.order_by("-id")
    said = {name: Subquery(newest.values(name)[:1]) for name in _Answer._fields}
    rows = run.items.annotate(**said).select_related("card__customer", "order").order_by("line")
    return rows.iterator(chunk_size=_AT_ONCE)


def _row(item: Any) -> list[object]:
    answer = _Answer(*(getattr(item, name) or "" for name in _Answer._fields))
    return [
        item.line,
        item.reference,
        item.card.customer.number,
        item.card_id,
        money.plain(item.amount_minor, money.exponent(item.currency)),
        item.currency,
        outcome_of(item).value,
        item.order.number if item.order else "",
        answer.fort_id,
        answer.response_code,
        item.problem or answer.response_message,
    ]
