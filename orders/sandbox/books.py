"""What the stand-in remembers: tokens, orders and their totals; in memory, and in a file if asked.

A token keeps its mask, brand and outcome; no card number and no CVV is ever kept.
"""

import json
import sqlite3
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Token:
    """A stored card. `bound_to` is the only reference it may pay, or empty."""

    token_name: str
    card_number: str
    brand: str
    outcome: str
    expiry_date: str
    card_holder_name: str = ""
    status: str = "ACTIVE"
    bound_to: str = ""
    created: str = ""


@dataclass
class Operation:
    """One money command that was carried out or declined; `date` is ISO 8601 in UTC."""

    command: str
    amount: int
    response_code: str
    date: str
    maintenance_reference: str = ""


@dataclass
class Pending:
    """An uncertain operation: how it will end (three digits, or empty: never) and when (epoch)."""

    command: str
    amount: int
    resolves_to: str
    due: float
    echo: dict[str, str]


@dataclass
class Shown:
    """What CHECK_STATUS goes on telling until a moment (epoch), though more has happened since."""

    until: float
    response_code: str
    authorized: int
    captured: int
    refunded: int


@dataclass
class Order:
    """One payment and what became of it; amounts in minor units."""

    merchant_reference: str
    fort_id: str
    command: str
    amount: int
    currency: str
    token_name: str
    card_number: str
    brand: str
    expiry_date: str
    card_holder_name: str = ""
    authorization_code: str = ""
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    voided: bool = False
    unseen_until: float = 0.0
    pending: Pending | None = None
    shown: Shown | None = None
    operations: list[Operation] = field(default_factory=list)

    @property
    def response_code(self) -> str:
        """The code of the last operation, which is all that CHECK_STATUS tells."""
        return self.operations[-1].response_code


class Books:
    """All tokens and orders. Hold `lock` around reading and changing; then `keep` what changed."""

    def __init__(self, path: str | Path | None = None) -> None:
        self.lock = threading.RLock()
        self.tokens: dict[str, Token] = {}
        self.orders: dict[str, Order] = {}
        self.fort_ids: dict[str, str] = {}
        self.spent_references: set[str] = set()
        self._file = _open(path) if path else None
        if self._file:
            self._read(self._file)

    def keep(self, *rows: Token | Order) -> None:
        """Remember rows, in the file too when there is one; committed on return."""
        for row in rows:
            if isinstance(row, Token):
                self.tokens[row.token_name] = row
            else:
                self.orders[row.merchant_reference] = row
                self.fort_ids[row.fort_id] = row.merchant_reference
        self._write(
            [
                ("token", row.token_name, _text(row))
                if isinstance(row, Token)
                else ("order", row.merchant_reference, _text(row))
                for row in rows
            ]
        )

    def rename(self, token: Token, new_name: str) -> None:
        """Give a stored card another name; the old one is unknown from then on."""
        del self.tokens[token.token_name]
        if self._file:
            with self._file:
                self._file.execute(
                    "DELETE FROM rows WHERE kind = 'token' AND key = ?", [token.token_name]
                )
        token.token_name = new_name
        self.keep(token)

    def spend(self, reference: str) -> None:
        """Remember a reference that a service command has used up."""
        self.spent_references.add(reference)
        self._write([("spent", reference, "")])

    def knows(self, reference: str) -> bool:
        """Whether a reference was used by an order or a service command."""
        return reference in self.orders or reference in self.spent_references

    def find(self, reference: str, fort_id: str) -> Order | None:
        """The order of a reference and/or fort_id; None if unknown or if the two disagree."""
        order = self.orders.get(reference or self.fort_ids.get(fort_id, ""))
        return order if order and fort_id in ("", order.fort_id) else None

    def close(self) -> None:
        """Let go of the file; what is kept from now on raises sqlite3.ProgrammingError."""
        with self.lock:
            if self._file:
                self._file.close()

    def _write(self, rows: list[tuple[str, str, str]]) -> None:
        if self._file:
            with self._file:
                self._file.executemany(
                    "INSERT INTO rows VALUES (?, ?, ?)"
                    " ON CONFLICT (kind, key) DO UPDATE SET text = excluded.text",
                    rows,
                )

    def _read(self, file: sqlite3.Connection) -> None:
        for kind, key, text in file.execute("SELECT kind, key, text FROM rows ORDER BY rowid"):
            if kind == "token":
                self.tokens[key] = Token(**json.loads(text))
            elif kind == "order":
                order = _order(json.loads(text))
                self.orders[key] = order
                self.fort_ids[order.fort_id] = key
            else:
                self.spent_references.add(key)


def _open(path: str | Path) -> sqlite3.Connection:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    file = sqlite3.connect(path, check_same_thread=False)
    file.execute("PRAGMA journal_mode=WAL")
    file.execute("PRAGMA synchronous=NORMAL")
    file.execute(
        "CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, text TEXT, UNIQUE (kind, key))"
    )
    return file


def _text(row: Token | Order) -> str:
    return json.dumps(asdict(row), ensure_ascii=False)


def _order(values: dict[str, Any]) -> Order:
    pending, shown = values.pop("pending"), values.pop("shown", None)
    operations = [Operation(**one) for one in values.pop("operations")]
    return Order(
        **values,
        pending=Pending(**pending) if pending else None,
        shown=Shown(**shown) if shown else None,
        operations=operations,
    )
