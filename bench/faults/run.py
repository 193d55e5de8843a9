"""One run: take the orders under faults, wait until all is quiet, compare both ledgers."""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.faults import late, people, post_mortem
from bench.faults.arena import Arena
from bench.faults.browser import Browser
from bench.faults.crew import Crew
from bench.faults.follow_ups import FollowUps, Tally
from bench.faults.invariants import breaches, moves, never_taken
from bench.faults.killer import Killer
from bench.faults.ledgers import is_undecided
from bench.faults.plan import PAGES, Job, plan
from bench.faults.progress import Progress
from bench.faults.quiet import Quiet
from bench.faults.sale_rules import breaches as breaches_after_sale
from bench.faults.through_services import NAMES, PASSWORD

REPLAYS = 3
LONG_RUN = 300  # from so many orders on every arrow has to be taken
MOST_MAKE_UPS = 10


@dataclass
class Result:
    """What a run came to."""

    database: str
    seed: int
    orders: int = 0
    through_pages: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    others_killed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    drained_s: float = 0.0
    breaches: dict[str, list[str]] = field(default_factory=dict)
    arrows: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    figures: dict[str, int] = field(default_factory=dict)
    after_sale: Tally = field(default_factory=Tally)

    @property
    def is_clean(self) -> bool:
        return not any(self.breaches.values())


class Run:
    """Everything, in an arena that was started."""

    def __init__(self, arena: Arena, seed: int, workers: int, orders: int, follow_ups: int) -> None:
        self._arena = arena
        self._seed = seed
        self._crew = Crew(workers, seed)
        self._progress = Progress(self._crew, int(orders * 1.6 + follow_ups * 1.5))
        self._quiet = Quiet(arena, self._progress)
        self._follow_ups = FollowUps(arena, self._crew, self._progress, self._quiet, seed)
        self._jobs: list[Job] = []
        self._foreign: set[str] = set()
        self._late = self._replayed = 0
        self._drained_s = 0.0
        self._others_killed: Counter[str] = Counter()

    def go(
        self,
        *,
        orders: int,
        follow_ups: int,
        kills: int,
        through_pages: float,
        replayed: int | None,
    ) -> Result:
        """Take the orders, follow them up, and compare. A part of the kills is for what follows."""
        began = time.monotonic()
        kept = kills * follow_ups // (orders + follow_ups) if follow_ups else 0
        try:
            with self._progress:
                self._open()
                self._take(orders, kills - kept, through_pages)
                self._decide()
                self._come_to_light()
                self._follow_ups.go(follow_ups, kept, through_pages)
                replay = self._replay(replayed)
                self._progress.step = "comparing"
                result = self._compare()
        finally:
            self._crew.end()
        if self._crew.owed.total():
            owed = dict(+self._crew.owed)
            result.breaches["kills not delivered"] = [f"{owed}"]
        if orders >= LONG_RUN and follow_ups:
            result.breaches["arrows never taken"] = list(never_taken(result.arrows))
        result.breaches["replay changed rows"] = replay
        result.seconds = time.monotonic() - began
        if not result.is_clean:
            self._keep(result)
        return result

    def _keep(self, result: Result) -> None:
        """The rows of a breach, for whoever looks for its cause."""
        name, database = f"{result.database}-{self._seed}", self._arena.database
        books = self._arena.gateway_books()
        path = post_mortem.keep(name, result.breaches, database.rows, books)
        print(f"Something broke; the rows of both sides are in {path}", file=sys.stderr)

    def _open(self) -> None:
        """The people, their stored cards, and everybody signed in once, through the form."""
        # The uncertain cards' charges wait for a person; those of uncertain amounts do not.
        self._arena.switch(uncertain_cards="never")
        self._crew.work([Job("prepare")])
        cookies = {}
        for name in NAMES:
            browser = Browser(self._arena.office_url)
            browser.sign_in(name, PASSWORD)
            cookies[name] = browser.cookies
        Path(self._arena.environment["FAULTS_SESSIONS"]).write_text(json.dumps(cookies))

    def _take(self, orders: int, kills: int, through_pages: float) -> None:
        self._progress.step = "people take orders"
        self._jobs = list(plan(orders, self._seed, through_pages=through_pages))
        self._crew.owe(kills)
        with Killer(self._arena, self._seed) as killer:
            self._crew.work(self._jobs, kills - kills // 10)
            self._make_up(orders, through_pages, keep=kills // 10)
        self._others_killed += killer.killed
        self._drained_s = self._quiet.wait()

    def _make_up(self, orders: int, through_pages: float, *, keep: int) -> None:
        """More orders, as long as kills are owed beyond those that are kept for later."""
        first = orders + 1
        for _each in range(MOST_MAKE_UPS):
            owed = self._crew.owed.total() - keep
            if owed <= 0:
                return
            more = list(plan(4 * owed, self._seed, through_pages=through_pages, first=first))
            self._jobs += more
            first += 4 * owed
            self._crew.work(more, owed)

    def _decide(self) -> None:
        self._progress.step = "people try again, send again and let go of"
        decided = people.decisions(self._arena, self._jobs, self._seed)
        self._crew.work(decided, self._crew.owed.total())
        if self._crew.owed.total():
            first = max(job.number for job in self._jobs) + 1
            self._make_up(first - 1, 0, keep=0)
        self._quiet.wait()
        self._crew.work(people.after_release(self._arena, self._jobs, self._seed))
        self._quiet.wait()

    def _come_to_light(self) -> None:
        self._progress.step = "charges turn out to have happened"
        self._arena.postman.let_go()
        # Looked at again meanwhile, a charge may have come to light before its turn.
        self._late, self._foreign = late.come_to_light(self._arena)
        self._quiet.wait(until_told=True)

    def _replay(self, most: int | None) -> list[str]:
        """What changed by hearing all notifications three times more."""
        self._progress.step = "notifications are heard again"
        before = self._arena.database.fingerprint()
        self._replayed = REPLAYS * self._arena.postman.replay(REPLAYS, most)
        self._quiet.wait()
        return sorted(before ^ self._arena.database.fingerprint())

    def _compare(self) -> Result:
        arena, crew = self._arena, self._crew
        office, books = arena.database.office(), arena.gateway_books()
        result = Result(arena.database.name, self._seed)
        counts = arena.received()
        result.breaches = breaches(office, books, counts, self._foreign)
        result.breaches |= breaches_after_sale(office, books, counts)
        result.after_sale = self._follow_ups.tally
        is_whole = arena.trail_is_whole()
        result.breaches["trail broken"] = [] if is_whole else ["verify_audit complains"]
        result.breaches["notifications refused"] = list(map(str, arena.postman.undelivered))
        result.breaches["errors"] = crew.errors
        result.orders, result.kills, result.said = len(office.orders), crew.killed, crew.said
        self._others_killed += self._follow_ups.tally.killed
        result.others_killed = self._others_killed + Counter(
            f"web workers killed at {place}" for place in arena.noted("web/died")
        )
        result.drained_s = self._drained_s
        result.arrows = Counter((old, new) for _name, old, new in moves(office))
        firsts = {job.number: job for job in self._jobs if job.act != "rival"}.values()
        result.faults = Counter(job.fault for job in firsts)
        result.through_pages = sum(job.through == PAGES for job in firsts)
        result.statuses = Counter(row["status"] for row in office.operations)
        result.figures = {
            "charges at the gateway": len(books),
            "notifications": arena.postman.delivered,
            "of them heard again": self._replayed,
            "notifications of 3-D Secure pages refused": arena.postman.of_pages,
            "pages answered with HTTP 500": len(arena.noted("failed")),
            "left to a person": sum(is_undecided(order) for order in books.values()),
            "sent again by a person": sum(row["resends"] for row in office.operations),
            "successes told late": self._late,
            "of them sent by another program": len(self._foreign),
            "late successes alarmed": sum(
                event["kind"] == "late_success" for event in office.events
            ),
        }
        return result
