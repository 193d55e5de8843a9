"""One run: take the orders under faults, wait until all is quiet, compare both ledgers."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from bench.faults.arena import Arena
from bench.faults.crew import Crew
from bench.faults.invariants import breaches, lost, moves
from bench.faults.ledgers import Office, is_undecided
from bench.faults.plan import Job, key, plan

REPLAYS = 3
QUIET_WITHIN_S = 240


@dataclass
class Result:
    """What a run came to."""

    database: str
    seed: int
    orders: int = 0
    kills: int = 0
    seconds: float = 0.0
    drained_s: float = 0.0
    breaches: dict[str, list[str]] = field(default_factory=dict)
    arrows: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not any(self.breaches.values())


def run(arena: Arena, *, orders: int, kills: int, seed: int, workers: int, replayed: int) -> Result:
    """Everything, in an arena that was started."""
    began = time.monotonic()
    crew, jobs = Crew(workers, seed), list(plan(orders, seed))
    result = Result(arena.database.name, seed)
    crew.work([Job("prepare")])
    crew.work(jobs, kills)
    result.drained_s = _wait_until_quiet(arena)
    crew.work(_second_tries(arena, jobs, seed))
    _wait_until_quiet(arena)
    arena.postman.let_go()
    _wait_until_quiet(arena, until_told=True)
    crew.work(_follow_ups(arena, jobs, seed))
    _wait_until_quiet(arena)
    before = arena.database.fingerprint()
    arena.postman.replay(REPLAYS, replayed)
    _wait_until_quiet(arena)
    after = arena.database.fingerprint()

    office, books = arena.database.office(), arena.gateway_books()
    result.breaches = breaches(office, books, arena.received())
    result.breaches["replay changed rows"] = list(map(str, before ^ after))
    result.breaches["trail broken"] = [] if arena.trail_is_whole() else ["verify_audit complains"]
    result.breaches["notifications refused"] = list(map(str, arena.postman.undelivered))
    result.breaches["errors"] = crew.errors
    result.orders, result.kills, result.said = len(office.orders), crew.killed, crew.said
    result.arrows = Counter((old, new) for _name, old, new in moves(office))
    result.faults = Counter(job.fault for job in jobs if job.act != "rival")
    result.statuses = Counter(row["status"] for row in office.operations)
    result.figures = {
        "charges at the gateway": len(books),
        "notifications": arena.postman.delivered,
        "notifications of 3-D Secure pages refused": arena.postman.of_pages,
        "left to a person": sum(is_undecided(order) for order in books.values()),
        "late charges told": sum(event["kind"] == "late_success" for event in office.events),
    }
    result.seconds = time.monotonic() - began
    return result


def _wait_until_quiet(arena: Arena, *, until_told: bool = False) -> float:
    """Seconds until nothing was open that the gateway can settle, and with ``until_told`` until
    what came to light too late is known; gives up after a while.
    """
    began = time.monotonic()
    while time.monotonic() - began < QUIET_WITHIN_S:
        arena.refuse_dead()
        is_told = not (until_told and list(lost(arena.database.office(), arena.gateway_books())))
        if is_told and arena.postman.is_idle and not _open(arena):
            break
        time.sleep(0.5)
    return time.monotonic() - began


def _open(arena: Arena) -> bool:
    rows = arena.database.open_rows()
    if any(row["status"] != "unknown" for row in rows):
        return True
    books = arena.gateway_books()
    return any(
        not (order := books.get(row["merchant_reference"]))
        or not is_undecided(order)
        or (order["pending"] and order["pending"]["resolves_to"])
        for row in rows
    )


def _by_order(office: Office) -> dict[str, str]:
    """The status of every order by its own reference."""
    return {order["reference"]: order["status"] for order in office.orders.values()}


def _second_tries(arena: Arena, jobs: list[Job], seed: int) -> list[Job]:
    """Half of what was refused is tried again, by two colleagues at once now and then."""
    chance, status = random.Random(f"{seed}:again"), _by_order(arena.database.office())
    tries = []
    for job in jobs:
        may_try = status.get(job.reference) in ("open", "declined")
        if may_try and job.act != "rival" and chance.random() < 0.5:
            tries.append(job.by("again", job.staff, key(seed, job.number, "again")))
            if chance.random() < 0.3:
                tries.append(job.by("again", 1 - job.staff, key(seed, job.number, "again too")))
    return tries


def _follow_ups(arena: Arena, jobs: list[Job], seed: int) -> list[Job]:
    """Captures, voids and refunds of what went through without a fault."""
    chance, status = random.Random(f"{seed}:follow"), _by_order(arena.database.office())
    return [
        job.by("follow", 2, key(seed, job.number, "follow"))
        for job in jobs
        if job.fault in ("none", "charged, HTML", "charged, dropped")
        and job.act == "press"
        and status.get(job.reference) in ("reserved", "charged", "paid")
        and (status[job.reference] != "reserved" or job.fault == "none")
        and chance.random() < 0.5
    ]
