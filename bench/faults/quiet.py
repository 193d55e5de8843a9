"""Waits until nothing is on its way any more, and nothing is open that the gateway can settle."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.faults.arena import Arena
from bench.faults.invariants import lost
from bench.faults.ledgers import Row, is_undecided
from bench.faults.progress import Progress
from bench.faults.sale_rules import wrong_sums

QUIET_WITHIN_S = 600
SOON_S = 60  # what is asked about later than this, a person has to ask about


class Quiet:
    """``Quiet(arena, progress).wait()``."""

    def __init__(self, arena: Arena, progress: Progress) -> None:
        self._arena = arena
        self._progress = progress

    def wait(self, *, until_told: bool = False, within_s: float = QUIET_WITHIN_S) -> float:
        """Seconds until nothing was open that the gateway can settle, and with ``until_told`` until
        what came to light too late is known; gives up after ``within_s``.
        """
        began, arena, step = time.monotonic(), self._arena, self._progress.step
        while (waited_s := time.monotonic() - began) < within_s:
            arena.refuse_dead()
            is_at_rest, left = arena.is_at_rest, self._open()
            if until_told and not left:
                office, books = arena.database.office(), arena.gateway_books()
                left = len([*lost(office, books), *wrong_sums(office, books)])
            if is_at_rest and not left:
                break
            self._progress.step = f"{step}: {left} open for {waited_s:.0f} s"
            time.sleep(0.5)
        self._progress.step = step
        return time.monotonic() - began

    def _open(self) -> int:
        """How many rows are open that the gateway, or time, can settle."""
        rows, books = self._arena.database.open_rows(), self._arena.gateway_books()
        doubted = sum(is_soon(row["next_check_at"]) for row in self._arena.database.doubted_rows())
        return doubted + sum(_is_open(row, books.get(row["merchant_reference"])) for row in rows)


def is_soon(moment: Any) -> bool:
    """Whether a moment, as either database gives it, comes within a minute."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return bool(moment < datetime.now(UTC) + timedelta(seconds=SOON_S))


def _is_open(row: Row, order: Row | None) -> bool:
    if row["status"] != "unknown" or order is None or not is_undecided(order):
        return True
    return bool(order["pending"] and order["pending"]["resolves_to"])
