"""A report laid out by reference, however long it is and in whatever sequence it came.

The rows lie in a nameless SQLite file that exists while it is used: two hundred thousand of them
need no more memory than two hundred.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from orders.services.report import BadReport, ReportRow, read_report
from orders.states import Kind

Key = tuple[str, Kind]
BATCH = 500
_SAY_EVERY = 20_000
_TABLES = """CREATE TABLE rows (reference TEXT, kind TEXT, amount INTEGER, currency TEXT, code TEXT,
    fort_id TEXT, at TEXT, line INTEGER,
    PRIMARY KEY (reference, kind, at, amount, currency, code, fort_id)) WITHOUT ROWID;
    CREATE TABLE marked (reference TEXT, kind TEXT, PRIMARY KEY (reference, kind)) WITHOUT ROWID"""


class ReportStore:
    """The whole report, read and believed. Use it as a context.

    Raises ``BadReport`` for a file that is not a report, or tells one row twice; ``OSError`` where
    it cannot be read. ``progress`` is told how many rows were read, now and then.
    """

    def __init__(self, path: Path, progress: Callable[[int], object] = int) -> None:
        self.rows = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._file = sqlite3.connect("")
        try:
            self._file.executescript(f"PRAGMA journal_mode=OFF; {_TABLES}")
            self.sha256 = self._read(path, progress)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def references(self) -> Iterator[list[str]]:
        """Every reference of the report once, a batch at a time."""
        last = ""
        ask = "SELECT DISTINCT reference FROM rows WHERE reference > ? ORDER BY reference LIMIT ?"
        while batch := [one for (one,) in self._file.execute(ask, [last, BATCH])]:
            yield batch
            last = batch[-1]

    def of(self, references: Iterable[str]) -> dict[Key, list[ReportRow]]:
        """The rows of the references by reference and kind, in the sequence of their times."""
        wanted = list(references)
        found: dict[Key, list[ReportRow]] = defaultdict(list)
        marks = ", ".join("?" * len(wanted))
        ask = f"SELECT * FROM rows WHERE reference IN ({marks}) ORDER BY at"  # noqa: S608
        for reference, kind, amount, currency, code, fort_id, at, line in self._file.execute(
            ask, wanted
        ):
            moment = datetime.fromisoformat(at)
            row = ReportRow(reference, Kind(kind), amount, currency, code, fort_id, moment, line)
            found[reference, row.kind].append(row)
        return found

    def mark(self, key: Key) -> None:
        """Remember that ``key`` is to be looked at closely."""
        self._file.execute("INSERT OR IGNORE INTO marked VALUES (?, ?)", key)

    def marked(self) -> Iterator[Key]:
        """Every key that was marked, once, in the sequence of their references."""
        last = ("", "")
        ask = "SELECT * FROM marked WHERE (reference, kind) > (?, ?) ORDER BY 1, 2 LIMIT ?"
        while batch := self._file.execute(ask, [*last, BATCH]).fetchall():
            yield from ((reference, Kind(kind)) for reference, kind in batch)
            last = batch[-1]

    def _read(self, path: Path, progress: Callable[[int], object]) -> str:
        with path.open("rb") as raw:
            digest = hashlib.file_digest(raw, "sha256").hexdigest()
            raw.seek(0)
            with TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
                rows = read_report(file)
                while batch := list(islice(rows, BATCH)):
                    for row in batch:
                        self._take(row)
                    if self.rows // _SAY_EVERY > (self.rows - len(batch)) // _SAY_EVERY:
                        progress(self.rows)
        return digest

    def _take(self, row: ReportRow) -> None:
        at = row.at.astimezone(UTC)
        key = (row.merchant_reference, row.kind.value, row.amount_minor, row.currency,
               row.response_code, row.fort_id, at.isoformat(timespec="microseconds"))  # fmt: skip
        try:
            self._file.execute("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*key, row.line])
        except sqlite3.IntegrityError as error:
            raise BadReport("It is the same as a line before it.", row.line) from error
        self.rows += 1
        self.first = min(at, self.first or at)
        self.last = max(at, self.last or at)
