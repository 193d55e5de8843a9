"""Captures, voids and refunds under faults, in rounds: all that is wanted is pressed at once, then
everything comes to rest, and people settle what no program can.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from math import ceil

from bench.faults import after_sale
from bench.faults.arena import Arena
from bench.faults.control import Impossible
from bench.faults.crew import FOLLOW_UP_PLACES, Crew
from bench.faults.killer import Killer
from bench.faults.lapses import Lapses
from bench.faults.ledgers import Row
from bench.faults.plan import PAGES, SUPERVISORS, Job, key, number_of, reserved
from bench.faults.progress import Progress
from bench.faults.quiet import Quiet, is_soon

MOST_ROUNDS, A_ROUND = 4, 20  # so many acts make a round worth its rest
FIRST_NUMBER = 500_000  # of the orders that are reserved for this alone
PART_WITHOUT_TOTALS = 0.1
REVERSED = 0.15
QUIET_S = 45.0  # then people look at what is left
UNTOLD_S = 12.0  # without totals there is nothing to wait for
TOLD_WITHIN_S = 150.0  # what came late is seen when it is looked at again
MOST_LOOKS = 8
MOST_MAKE_UPS = 6


@dataclass
class Tally:
    """What was done, for the table."""

    acts: Counter[tuple[str, str]] = field(default_factory=Counter)  # kind and fault
    doubles: Counter[str] = field(default_factory=Counter)
    through_pages: int = 0
    outside: int = 0
    reversed: int = 0
    settled: int = 0
    lapses: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)


class FollowUps:
    """``FollowUps(...).go(...)`` after the charges have come to rest."""

    def __init__(
        self, arena: Arena, crew: Crew, progress: Progress, quiet: Quiet, seed: int
    ) -> None:
        self.tally = Tally()
        self._arena, self._crew, self._progress = arena, crew, progress
        self._quiet, self._seed = quiet, seed
        self._orders = FIRST_NUMBER
        self._rounds = 0
        self._looks = 0

    def go(self, wanted: int, kills: int, through_pages: float) -> Tally:
        """So many captures, voids and refunds, with so many workers killed at them."""
        if not wanted:
            return self.tally
        lapses = Lapses(self._arena, self._crew, self._seed)
        self._progress.step = "reservations lapse"
        self._reserve(lapses.wanted)
        self.tally.lapses = lapses.go(self._quiet)
        self._settle(QUIET_S)
        self._crew.owe(kills, FOLLOW_UP_PLACES)
        without = ceil(wanted * PART_WITHOUT_TOTALS)
        left = wanted - without
        with Killer(self._arena, self._seed + 1) as killer:
            rounds = min(MOST_ROUNDS, ceil(wanted / A_ROUND))
            for number in range(rounds):
                share = ceil(left / (rounds - number))
                due = ceil(self._crew.owed.total() / (rounds - number))
                left -= self._round(share, due, through_pages)
                self._reverse()
            self._round(without, 0, through_pages, totals=False)
            self._make_up()
        self.tally.killed = killer.killed
        self._ask_what_is_left()
        return self.tally

    def _round(self, most: int, kills: int, through_pages: float, *, totals: bool = True) -> int:
        """How many were wanted: the acts of one round, until all is at rest."""
        self._rounds += 1
        self._progress.step = f"supervisors capture, void and refund, round {self._rounds}"
        office, books = self._arena.database.office(), self._arena.gateway_books()
        free = sum(1 for _each in after_sale.open_charges(office, books))
        if free < most * 1.2:
            self._reserve(ceil(most * 1.2) - free)
            office, books = self._arena.database.office(), self._arena.gateway_books()
        made = after_sale.planned(
            office,
            books,
            seed=self._seed,
            number=self._rounds,
            most=most,
            through_pages=through_pages,
            totals=totals,
        )
        self._note(made)
        for reference, digits in made.digits.items():
            self._arena.control.plan_next(reference, digits)
        self._arena.switch(totals=totals)
        self._crew.work(made.jobs, kills)
        for reference in made.digits:
            self._arena.control.plan_next(reference, "")
        self._settle(QUIET_S if totals else UNTOLD_S)
        self._arena.switch(totals=True)
        return len(made.acts)

    def _note(self, made: after_sale.Round) -> None:
        self.tally.acts += Counter((job.kind, job.fault) for job in made.acts)
        self.tally.through_pages += sum(job.through == PAGES for job in made.acts)
        self.tally.outside += len([job for job in made.jobs if job.act == "outside"])
        doubled = {job.merchant_reference: job.double for job in made.jobs if job.double}
        self.tally.doubles += Counter(doubled.values())

    def _make_up(self) -> None:
        """More of them, as long as kills are owed."""
        for _each in range(MOST_MAKE_UPS):
            if owed := self._crew.owed.total():
                self._round(4 * owed, owed, 0)

    def _reserve(self, number: int) -> None:
        """So many orders more, whose amounts are reserved."""
        numbers = range(self._orders, self._orders + number)
        self._orders += number
        self._crew.work(list(reserved(numbers, self._seed)))

    def _settle(self, within_s: float) -> None:
        """Until nothing is open: what no program can settle, two people do; now and then another
        pair is about to do the same.
        """
        chance = random.Random(f"{self._seed}:settle:{self._rounds}")
        for _look in range(MOST_LOOKS):
            self._looks += 1
            self._quiet.wait(within_s=within_s)
            rows = self._arena.database.open_rows()
            unknown = [row for row in rows if row["parent_id"] and row["status"] == "unknown"]
            # Two refunds taken back at once: totals cannot tell which.
            unknown += self._arena.database.refused_later()
            if not unknown:
                return
            jobs = []
            for row in unknown:
                job = replace(self._job("settle", row), through=chance.choice(["services", PAGES]))
                jobs.append(job)
                if chance.random() < 0.3:
                    jobs.append(replace(job, staff=sum(SUPERVISORS) - job.staff))
            self.tally.settled += len(unknown)
            self._crew.work(jobs)

    def _reverse(self) -> None:
        """The bank takes some refunds back, and the office is surely told."""
        self._progress.step = "the bank takes refunds back"
        chance = random.Random(f"{self._seed}:reverse:{self._rounds}")
        books = self._arena.gateway_books()
        for row in self._arena.database.office().operations:
            is_ours = row["kind"] == "refund" and not row["is_external"]
            if not is_ours or row["status"] != "approved" or row["reversed_at"]:
                continue
            reference = row["merchant_reference"]
            if books[reference]["pending"] or chance.random() >= REVERSED:
                continue
            try:
                told = self._arena.control.reverse(reference, row["maintenance_reference"])
            except Impossible:
                continue  # an equal act of the back office moved it: totals tell no two apart
            body = json.dumps(told, ensure_ascii=False).encode()
            self._arena.postman.take(body, "application/json", surely=True)
            self.tally.reversed += 1
        self._settle(QUIET_S)

    def _ask_what_is_left(self) -> None:
        """What is doubted and waits for its hour: somebody has the gateway asked now."""
        rows = self._arena.database.doubted_rows()
        later = [row for row in rows if not is_soon(row["next_check_at"])]
        self._crew.work([self._job("ask", row) for row in later])
        self._settle(QUIET_S)
        self._quiet.wait(until_told=True, within_s=TOLD_WITHIN_S)

    def _job(self, act: str, row: Row) -> Job:
        """Somebody's act about one row."""
        orders = self._arena.database.rows(
            f"SELECT reference FROM orders_order WHERE id = {int(row['order_id'])}"
        )
        return Job(
            act=act,
            number=number_of(orders[0]["reference"]),
            staff=random.Random(f"{self._seed}:{act}:{row['id']}").choice(SUPERVISORS),
            form_key=key(self._seed, act, row["id"]),
            merchant_reference=row["merchant_reference"],
            operation=row["id"],
        )
