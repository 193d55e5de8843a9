"""Reservations that end by themselves at the gateway, and the three ways in which an office finds
out: it asks, a capture is refused, or two people see it.
"""

import time
from collections import Counter

from bench.faults.after_sale import is_untouched, open_charges
from bench.faults.arena import Arena
from bench.faults.crew import Crew
from bench.faults.ledgers import Row
from bench.faults.plan import SUPERVISORS, Job, key, number_of
from bench.faults.quiet import Quiet, is_soon

EACH = 3
WAYS = ("by asking", "by a refused capture", "by two people")
FOUND_WITHIN_S = 60.0


class Lapses:
    """``Lapses(arena, crew, seed).go(quiet)`` once ``wanted`` orders were reserved just now."""

    wanted = EACH * len(WAYS)

    def __init__(self, arena: Arena, crew: Crew, seed: int) -> None:
        self._arena, self._crew, self._seed = arena, crew, seed

    def go(self, quiet: Quiet) -> Counter[str]:
        """How many were found out in each way. Young ones are asked about when their day comes;
        older ones were asked about already, and would be tomorrow.
        """
        found: Counter[str] = Counter()
        asked = self._reserved(asked_soon=True)[-EACH:]
        self._let_lapse(asked)
        self._wait_for(asked, quiet)
        found[WAYS[0]] = self._lapsed(asked)
        old = self._reserved(asked_soon=False)
        captured, seen = old[:EACH], old[EACH : 2 * EACH]
        self._let_lapse(captured + seen)
        self._crew.work([self._job("follow", row) for row in captured])
        self._crew.work([self._job("settle", row) for row in seen])
        self._wait_for(captured + seen, quiet)
        found[WAYS[1]], found[WAYS[2]] = self._lapsed(captured), self._lapsed(seen)
        return found

    def _let_lapse(self, rows: list[Row]) -> None:
        for row in rows:
            self._arena.control.lapse(row["merchant_reference"])

    def _reserved(self, *, asked_soon: bool) -> list[Row]:
        """Untouched reservations that are asked about soon, or that were and will be tomorrow."""
        office, books = self._arena.database.office(), self._arena.gateway_books()
        return [
            charge
            for charge, rows in open_charges(office, books)
            if is_untouched(charge, rows) and is_soon(charge["next_check_at"]) == asked_soon
        ]

    def _wait_for(self, rows: list[Row], quiet: Quiet) -> None:
        """Until the office knows that they are gone; gives up after a while."""
        ends = time.monotonic() + FOUND_WITHIN_S
        while self._lapsed(rows) < len(rows) and time.monotonic() < ends:
            time.sleep(0.5)
        quiet.wait()

    def _lapsed(self, rows: list[Row]) -> int:
        mine = {row["id"] for row in rows}
        now = self._arena.database.rows("SELECT id FROM orders_operation WHERE status = 'lapsed'")
        return len(mine & {row["id"] for row in now})

    def _job(self, act: str, row: Row) -> Job:
        order = self._arena.database.office().orders[row["order_id"]]
        return Job(
            act=act,
            number=number_of(order["reference"]),
            staff=SUPERVISORS[0],
            form_key=key(self._seed, "lapse", row["id"]),
            merchant_reference=row["merchant_reference"],
            kind="capture",
            moves_minor=row["amount_minor"],
            operation=row["id"],
        )
