"""Tables as people save them from a spreadsheet: UTF-8, with or without a byte order mark, with
commas or semicolons; and cells that no spreadsheet takes for a formula.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.errors import Refused

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """A row as typed: the line it begins on, and its cells by column. ``is_whole`` is false where
    it has more or fewer cells than the first line has names.
    """

    number: int
    cells: dict[str, str]
    is_whole: bool = True


def read(data: bytes, columns: frozenset[str]) -> Iterator[Line]:
    """The lines below the names of the columns; blank ones are passed over. Columns that are not
    among ``columns`` are left out.

    Raises ``Refused`` for what is no such table.
    """
    rows = _rows(data)
    _first, names = next(rows, (0, []))
    known = [name.strip().lower() for name in names]
    if len(set(known)) != len(known):
        raise Refused("sheet_columns", _("Two columns have the same name."), field="sheet")
    for number, cells in rows:
        if any(cell.strip() for cell in cells):
            named = zip(known, map(str.strip, cells), strict=False)
            wanted = {name: cell for name, cell in named if name in columns}
            yield Line(number, wanted, is_whole=len(cells) == len(known))


def names(data: bytes) -> frozenset[str]:
    """The columns that the first line names."""
    _first, cells = next(_rows(data), (0, []))
    return frozenset(cell.strip().lower() for cell in cells)


def cells(data: bytes) -> Iterator[str]:
    """Every cell of the table. Raises ``Refused`` for what is none."""
    for _number, row in _rows(data):
        yield from row


def harmless(cell: object) -> str:
    """The cell with a quote before what a spreadsheet would run (OWASP, "CSV injection")."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = _("Save the file as CSV in UTF-8.")
        raise Refused("sheet_encoding", sentence, field="sheet") from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for row in reader:
            yield number, row
            number = reader.line_num + 1
    except csv.Error as error:
        sentence = _("Line %(line)s cannot be read. Save the file as CSV.") % {"line": number}
        raise Refused("sheet_unreadable", sentence, field="sheet") from error
