"""What people do once the first answers are in: try again, send the same again, let go of."""

import random
from collections import Counter
from collections.abc import Iterator

from bench.faults.arena import Arena
from bench.faults.ledgers import Row, is_undecided
from bench.faults.plan import EXPIRED, PAGES, SUPERVISORS, Job, key

CHARGES = ("purchase", "authorization")
OPEN = ("open", "declined")


def decisions(arena: Arena, jobs: list[Job], seed: int) -> list[Job]:
    """Refused charges are tried again, those that were not made are sent again, and unknown ones
    are let go of; now and then by two people at once, and a part of each is left as it is.
    """
    chance, turns = random.Random(f"{seed}:decisions"), Counter[tuple[str, str]]()
    decided: list[Job] = []
    for job, charge, status in _charges(arena, jobs):
        kind = charge["status"]
        turns[kind, job.fault] += 1
        turn = turns[kind, job.fault]
        if kind == "unknown":
            if turn % 3:
                decided.append(job.by("release", 2, key(seed, job.number, "release")))
        elif kind == "not_charged" and turn % 3 == 1:
            decided += _twice(job, "resend", seed, chance)
        elif status in OPEN and turn % 2 == 0 and job.fault != EXPIRED:
            # A stored card that the gateway calls expired would be offered to nobody any more.
            decided += _twice(job, "again", seed, chance)
    return decided


def after_release(arena: Arena, jobs: list[Job], seed: int) -> list[Job]:
    """Half of the orders whose charge was let go of are charged again."""
    chance = random.Random(f"{seed}:after")
    released = [job for job, charge, _ in _charges(arena, jobs) if charge["status"] == "released"]
    return [try_ for job in released[::2] for try_ in _twice(job, "again", seed, chance)]


def _charges(arena: Arena, jobs: list[Job]) -> Iterator[tuple[Job, Row, str]]:
    """Every job that took an order, with the order's latest charge and its status. Of unknown
    charges only those that the gateway itself cannot decide: the others settle by themselves.
    """
    office, books = arena.database.office(), arena.gateway_books()
    of_order = office.operations_of()
    by_reference = {order["reference"]: key for key, order in office.orders.items()}
    for job in {job.number: job for job in jobs if job.act != "rival"}.values():
        order_id = by_reference.get(job.reference)
        charges = [row for row in of_order.get(order_id, []) if row["kind"] in CHARGES]
        if order_id is None or not charges:
            continue
        charge = charges[-1]
        order = books.get(charge["merchant_reference"])
        if charge["status"] == "unknown" and not (order and is_undecided(order)):
            continue
        reference = charge["merchant_reference"]
        named = job.by(job.act, job.staff, job.form_key, merchant_reference=reference)
        yield named, charge, office.orders[order_id]["status"]


def _twice(job: Job, act: str, seed: int, chance: random.Random) -> list[Job]:
    """The act by the one who took the order, and in three of ten cases by a second person too."""
    acts = [job.by(act, job.staff, key(seed, job.number, act), fault="none")]
    if chance.random() < 0.3:
        # An agent sees the own orders only; a supervisor sees all.
        other = SUPERVISORS[0] if job.through == PAGES else 1 - job.staff
        acts.append(job.by(act, other, key(seed, job.number, act, "too"), fault="none"))
    return acts
