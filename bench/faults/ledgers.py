"""What both sides wrote down, read without a line of the office's own code: plain SQL here, the
stand-in's books there.
"""

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

Row = dict[str, Any]
PREFIX = "MO-"
FIRST_NUMBER = 10_000

# What the resolver counts and tidies up while all is quiet.
_BY_ITSELF = {"checks", "version", "next_check_at", "lease_until", "token_retired_at"}


@dataclass
class Office:
    """The office's rows as they stand in its database."""

    orders: dict[int, Row]
    operations: list[Row]
    events: list[Row]
    evidence: list[Row]

    def operations_of(self) -> dict[int, list[Row]]:
        """The operations by order."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.operations:
            found[row["order_id"]].append(row)
        return found


class Database:
    """Reads the database that ``url`` names; never writes."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def name(self) -> str:
        return "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"

    def rows(self, statement: str) -> list[Row]:
        """What a SELECT gives, as dictionaries."""
        if self.name == "SQLite":
            file = self.url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
                database.row_factory = sqlite3.Row
                return [dict(row) for row in database.execute(statement)]
        row_factory = psycopg.rows.dict_row
        with psycopg.connect(self.url, autocommit=True, row_factory=row_factory) as database:
            return database.execute(statement).fetchall()  # type: ignore[arg-type]

    def office(self) -> Office:
        """Everything that the promises are about."""
        events = self.rows(
            "SELECT order_id, position, kind, data, actor_id, actor_name, at, chain"
            " FROM orders_event WHERE order_id IS NOT NULL ORDER BY order_id, position"
        )
        for event in events:
            if isinstance(event["data"], str):
                event["data"] = json.loads(event["data"])
        return Office(
            orders={row["id"]: row for row in self.rows("SELECT * FROM orders_order")},
            operations=self.rows("SELECT * FROM orders_operation ORDER BY id"),
            events=events,
            evidence=self.rows("SELECT operation_id, verified FROM orders_evidence"),
        )

    def open_rows(self) -> list[Row]:
        """The operations nobody knows the end of."""
        return self.rows(
            "SELECT id, order_id, parent_id, merchant_reference, status, kind"
            " FROM orders_operation WHERE status IN ('prepared', 'sending', 'unknown')"
        )

    def doubted_rows(self) -> list[Row]:
        """Captures, voids and refunds that are proven, and asked about once more."""
        return self.rows(
            "SELECT id, order_id, merchant_reference, kind, next_check_at FROM orders_operation"
            " WHERE status = 'approved' AND parent_id IS NOT NULL AND next_check_at IS NOT NULL"
        )

    def refused_later(self) -> list[Row]:
        """Refunds that count, though the gateway said later that they failed, and that nobody asks
        about any more: they are for people.
        """
        return self.rows(
            "SELECT id, order_id, merchant_reference, kind FROM orders_operation"
            " WHERE kind = 'refund' AND status = 'approved' AND reversed_at IS NULL"
            " AND next_check_at IS NULL AND id IN (SELECT operation_id FROM orders_evidence"
            " WHERE source = 'feedback' AND outcome = 'declined')"
        )

    def fingerprint(self) -> set[str]:
        """All that notifications heard again must leave as it is: every row but what the resolver
        counts, asks about and tidies up by itself meanwhile.
        """
        statements = {
            "operation": "SELECT * FROM orders_operation",
            "order": "SELECT * FROM orders_order",
            "card": "SELECT * FROM orders_storedcard",
            "event": "SELECT * FROM orders_event"
            " WHERE order_id IS NOT NULL AND kind <> 'token_retired'",
            "evidence": "SELECT * FROM orders_evidence WHERE source <> 'check'",
        }
        return {
            f"{name} { {key: row[key] for key in row if key not in _BY_ITSELF} }"
            for name, statement in statements.items()
            for row in self.rows(statement)
        }


def gateway_orders(books: Path) -> dict[str, Row]:
    """The gateway's orders by merchant_reference."""
    with closing(sqlite3.connect(f"file:{books}?mode=ro", uri=True, timeout=30)) as file:
        texts = file.execute("SELECT text FROM rows WHERE kind = 'order'").fetchall()
    return {row["merchant_reference"]: row for row in (json.loads(text) for (text,) in texts)}


def is_taken(order: Row) -> bool:
    """Whether the gateway charged or reserved the money."""
    return any(act["response_code"] in ("14000", "02000") for act in order["operations"])


def is_undecided(order: Row) -> bool:
    """Whether the gateway itself says nothing definite: only a person can settle that."""
    return order["operations"][-1]["response_code"][2:] in ("777", "064", "006")


def order_id_of(reference: str) -> int:
    """The office's order of a merchant_reference such as MO-10482-1."""
    return int(reference.removeprefix(PREFIX).split("-")[0]) - FIRST_NUMBER
