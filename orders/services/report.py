"""Read a transaction report of APS: strictly, row by row, in little memory.

The reporting API documents its columns and its limit of 200 000 records, not the layout of a file
(APS guide, "Reporting API"). This takes a CSV with a header of the API's names, and amounts as
everywhere at APS: digits only, in minor units. An amount with decimals is refused, not guessed at.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from orders import money
from orders.cards import holds_card_number
from orders.gateway import Outcome, judge
from orders.states import CHARGES, Kind

NEEDED = ("merchant_reference", "fort_id", "command", "amount", "currency", "response_code", "date")
KINDS = {
    "PURCHASE": Kind.PURCHASE,
    "AUTHORIZATION": Kind.AUTHORIZATION,
    "CAPTURE": Kind.CAPTURE,
    "VOID_AUTHORIZATION": Kind.VOID,
    "REFUND": Kind.REFUND,
}
_COMMANDS = {kind: command for command, kind in KINDS.items()}
# What moves no money has nothing to be compared with.
_PASSED_OVER = frozenset(
    {"TOKENIZATION", "CREATE_TOKEN", "UPDATE_TOKEN", "CHECK_STATUS", "VERIFY_CARD"}
)
# Long numbers by nature; anything else that looks like a card number is taken for one.
_MAY_LOOK_LIKE_A_CARD = frozenset(
    {"merchant_reference", "fort_id", "maintenance_reference", "reconciliation_reference"}
)
_LONGEST_LINE = 65_536
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)", re.ASCII)


class BadReport(Exception):
    """The file is not a report that can be believed; the sentence names the line. Nothing of it
    counts: ask APS for the report again.
    """

    def __init__(self, sentence: str, line: int = 0) -> None:
        super().__init__(f"Line {line}: {sentence}" if line else sentence)


@dataclass(frozen=True)
class ReportRow:
    """One operation as the report tells it; ``amount_minor`` in minor units, ``at`` aware."""

    merchant_reference: str
    kind: Kind
    amount_minor: int
    currency: str
    response_code: str
    fort_id: str
    at: datetime
    line: int = 0

    @property
    def outcome(self) -> Outcome:
        """What the code would prove, were it signed."""
        return judge(_COMMANDS[self.kind], self.response_code[:2], self.response_code)

    @property
    def is_charge(self) -> bool:
        """Whether it takes or reserves money, rather than follows up what did."""
        return self.kind in CHARGES


def read_report(file: TextIO) -> Iterator[ReportRow]:
    """The rows of money in ``file`` (opened as ``utf-8-sig`` with ``newline=""``), one at a time.

    Raises ``BadReport`` at the first line that cannot be believed.
    """
    try:
        yield from _rows(file)
    except UnicodeDecodeError as error:
        raise BadReport("This is no text in UTF-8. Export the report as CSV in UTF-8.") from error


def _rows(file: TextIO) -> Iterator[ReportRow]:
    first = file.readline(_LONGEST_LINE + 1)
    delimiter = ";" if first.count(";") > first.count(",") else ","
    names = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(names)
    reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            line = reader.line_num + 1
            if cells and (row := _row(names, cells, line)):
                yield row
    except csv.Error as error:
        raise BadReport(f"This is no CSV: {error}.", line + 1) from error


def _check_header(names: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadReport(f"These columns are missing from the first line: {', '.join(missing)}.", 1)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadReport(f"These columns stand twice in the first line: {', '.join(twice)}.", 1)


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, none so long that it could fill the memory."""
    number = 1
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise BadReport("The line is too long for a report.", number)
        yield line


def _row(names: Sequence[str], cells: Sequence[str], line: int) -> ReportRow | None:
    if len(cells) != len(names):
        raise BadReport(f"It has {len(cells)} cells; the first line has {len(names)}.", line)
    said = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    # First, so that no sentence below can repeat a card number.
    for name, cell in said.items():
        if name not in _MAY_LOOK_LIKE_A_CARD and _has_a_card_number(cell):
            raise BadReport(
                f"The column {name!r} holds what looks like a card number. Delete the file, and "
                "ask for a report with masked numbers.",
                line,
            )
    if said["command"] in _PASSED_OVER:
        return None
    return ReportRow(
        merchant_reference=_reference(said, line),
        kind=_kind(said, line),
        amount_minor=_amount(said, line),
        currency=_currency(said, line),
        response_code=_matching(r"[0-9]{5}", said, "response_code", "five digits", line),
        fort_id=_matching(r"[0-9]{1,20}", said, "fort_id", "up to 20 digits", line),
        at=_moment(said, line),
        line=line,
    )


def _has_a_card_number(cell: str) -> bool:
    # Counting is quick, and hardly any cell has enough digits to be looked at closely.
    return len(cell) >= 13 and len(re.findall(r"\d", cell)) >= 13 and holds_card_number(cell)


def _reference(said: dict[str, str], line: int) -> str:
    reference = said["merchant_reference"]
    if not 0 < len(reference) <= 40 or not reference.isprintable():
        raise BadReport("The merchant_reference must have 1 to 40 letters.", line)
    return reference


def _kind(said: dict[str, str], line: int) -> Kind:
    try:
        return KINDS[said["command"]]
    except KeyError:
        words = f"The command {_shown(said['command'])} is not one that can be compared."
        raise BadReport(words, line) from None


def _amount(said: dict[str, str], line: int) -> int:
    text = said["amount"]
    if re.fullmatch(r"[0-9]{1,10}", text) and int(text):
        return int(text)
    if re.fullmatch(r"[0-9., ]*[.,][0-9]+", text):
        raise BadReport(
            f"The amount {_shown(text)} has decimals. Ask for a report in minor units: KWD 250.500 "
            "is 250500.",
            line,
        )
    raise BadReport(f"The amount {_shown(text)} is no positive number of minor units.", line)


def _currency(said: dict[str, str], line: int) -> str:
    if said["currency"] not in money.EXPONENTS:
        raise BadReport(f"The currency {_shown(said['currency'])} is not known.", line)
    return said["currency"]


def _moment(said: dict[str, str], line: int) -> datetime:
    text = said["date"]
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise BadReport(
        f"The date {_shown(text)} is no time with an offset, like 2026-11-26T09:30:00+04:00.", line
    )


def _matching(pattern: str, said: dict[str, str], name: str, wanted: str, line: int) -> str:
    if not re.fullmatch(pattern, said[name]):
        raise BadReport(
            f"The {name} must have {wanted}. A spreadsheet program may have changed it.", line
        )
    return said[name]


def _shown(text: str) -> str:
    return repr(text if len(text) <= 30 else f"{text[:30]}…")
