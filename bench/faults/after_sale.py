"""What every charge of a run is to suffer once it went through: captures, voids, refunds, and acts
of the gateway's own people beside them; drawn from the seed, the round and the charge.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bench.faults.ledgers import Office, Row
from bench.faults.plan import AMOUNTS, DOUBLE, NO_LINE, PAGES, SUPERVISORS, Job, key, number_of

CHARGES = ("purchase", "authorization")
COMMANDS = {"capture": "CAPTURE", "void": "VOID_AUTHORIZATION", "refund": "REFUND"}
# What the stand-in does to the next act on a charge (docs/sandbox.md), by the digits of an amount.
DIGITS = {
    "slow": "910",
    "done, dropped": "920",
    "not done, dropped": "930",
    "uncertain for ever": "940",
    "uncertain, done": "960",
    "done, HTTP 500": "970",
    "done, no answer": "980",
    "refused: funds": "810",
    "refused": "820",
    "done, bad signature": "830",
    "done, other amount": "840",
    "done, technical problem": "860",
    "uncertain, refused": "870",
    "not done, HTTP 500": "710",
    "done, HTML": "720",
    "technical problem": "730",
    "done, seen too late": "780",
    "done, seen late": "760",
    "refused: card expired": "770",
    "request held up": "640",
}
NONE, OWN_AMOUNT = "none", "by its own amount"
FAULTS = (NONE, NO_LINE, *DIGITS)
NONE_OFTEN = 6
# Those whose end the answer does not tell: an account without totals leaves parts to people then.
LOST = ("done, dropped", "not done, dropped", "done, HTTP 500", "not done, HTTP 500", "done, HTML")
OUTSIDE = 0.12
_UNUSUAL = set(AMOUNTS.values())


class Stand(NamedTuple):
    """What a charge stands at, in minor units, as the office's rows prove it."""

    authorized: int
    captured: int
    refunded: int

    @classmethod
    def of(cls, charge: Row, rows: list[Row]) -> "Stand":
        """``rows`` are the operations of the charge's order."""
        holds = charge["status"] in ("approved", "duplicate")
        authorized = charge["amount_minor"] if holds else 0
        captured = moved(charge, rows, "capture")
        if charge["kind"] == "purchase":
            captured = authorized
        return cls(authorized, captured, moved(charge, rows, "refund"))


@dataclass
class Round:
    """The jobs of a round, and what the next act on each charge meets."""

    jobs: list[Job] = field(default_factory=list)
    digits: dict[str, str] = field(default_factory=dict)
    acts: list[Job] = field(default_factory=list)  # without doubles and the gateway's own people


def moved(charge: Row, rows: list[Row], kind: str) -> int:
    """What the proven operations of ``kind`` moved for the charge, in minor units."""
    return sum(
        row["amount_minor"]
        for row in rows
        if (row["parent_id"], row["kind"]) == (charge["id"], kind)
        and row["status"] == "approved"
        and not row["reversed_at"]
    )


def is_untouched(charge: Row, rows: list[Row]) -> bool:
    """Whether it is a reservation that nobody has done anything about."""
    mine = [row for row in rows if row["parent_id"] == charge["id"]]
    return (charge["kind"], charge["status"]) == ("authorization", "approved") and not mine


def open_charges(office: Office, books: dict[str, Row]) -> Iterator[tuple[Row, list[Row]]]:
    """Charges with something left to move and nothing under way, each with its order's rows."""
    for order_id, rows in office.operations_of().items():
        for charge in rows:
            if charge["kind"] not in CHARGES or charge["status"] not in ("approved", "duplicate"):
                continue
            mine = [row for row in rows if row["parent_id"] == charge["id"]]
            under_way = any(row["status"] in ("sending", "unknown") for row in mine)
            order = books.get(charge["merchant_reference"])
            if order is None or order["pending"] or under_way:
                continue
            if not office.orders[order_id]["reference"]:
                continue  # it gave a customer the stored card, and nothing else
            stand = Stand.of(charge, rows)
            if not order["voided"] and stand.refunded < stand.authorized:
                yield charge, rows


def planned(
    office: Office,
    books: dict[str, Row],
    *,
    seed: int,
    number: int,
    most: int,
    through_pages: float,
    totals: bool,
) -> Round:
    """Round ``number``: at most so many acts, one a charge. Without ``totals`` the acts are parts
    whose answers are lost, and the gateway's own people do nothing.
    """
    made = Round()
    drawn = []
    for charge, rows in open_charges(office, books):
        chance = random.Random(f"{seed}:follow:{number}:{charge['merchant_reference']}")
        drawn.append((chance.random(), charge, rows, chance))
    for _order, charge, rows, chance in sorted(drawn, key=lambda one: one[0]):
        if len(made.acts) == most:
            break
        job = _job(office.orders[charge["order_id"]], charge, seed, number, chance)
        wish = _wish(charge, rows, chance, only_parts=not totals)
        if wish is None:
            continue
        through = PAGES if chance.random() < through_pages else job.through
        job = replace(job, kind=wish[0], moves_minor=wish[1], through=through)
        fault = _fault(job, chance, lost=not totals)
        made.digits[job.merchant_reference] = DIGITS.get(fault, "")
        job = replace(job, fault=fault)
        made.acts.append(job)
        made.jobs += _pressed(job, Stand.of(charge, rows), seed, number, chance)
        if totals and not job.of_duplicate and chance.random() < OUTSIDE:
            made.jobs.append(_outside(job, Stand.of(charge, rows), chance))
    return made


def _job(order: Row, charge: Row, seed: int, number: int, chance: random.Random) -> Job:
    return Job(
        act="follow",
        number=number_of(order["reference"]),
        amount_minor=charge["amount_minor"],
        currency=charge["currency"],
        staff=chance.choice(SUPERVISORS),
        form_key=key(seed, "follow", number, charge["merchant_reference"]),
        merchant_reference=charge["merchant_reference"],
        of_duplicate=charge["status"] == "duplicate",
    )


def _wish(
    charge: Row, rows: list[Row], chance: random.Random, *, only_parts: bool
) -> tuple[str, int] | None:
    """What somebody wants and how much of it in minor units; None for nothing."""
    stand = Stand.of(charge, rows)
    capturable = stand.authorized - stand.captured if charge["kind"] == "authorization" else 0
    refundable = stand.captured - stand.refunded
    if charge["status"] == "duplicate":
        act = ("refund", refundable) if stand.captured else ("void", stand.authorized)
        return act if act[1] > 0 and not only_parts else None
    wishes = {
        ("capture", "part"): 4 * (capturable > 0),
        ("capture", "rest"): 2 * (capturable > 0),
        ("void", "rest"): 3 * (capturable > 0 and not stand.captured),
        ("refund", "part"): 5 * (refundable > 0),
        ("refund", "rest"): 2 * (refundable > 0),
    }
    weights = {wish: weight for wish, weight in wishes.items() if "part" in wish or not only_parts}
    if not any(weights.values()):
        return None
    kind, how_much = chance.choices([*weights], [*weights.values()])[0]
    left = stand.authorized if kind == "void" else {"capture": capturable}.get(kind, refundable)
    return kind, left if how_much == "rest" else _part(left, kind, rows, chance)


def _part(left: int, kind: str, rows: list[Row], chance: random.Random) -> int:
    """A part in thousands, so that it asks for nothing unusual by itself; now and then as much as
    was moved before: two equal refunds are two refunds.
    """
    equal = [row["amount_minor"] for row in rows if row["kind"] == kind]
    equal = [amount for amount in equal if amount < left]
    if equal and chance.random() < 0.3:
        return int(chance.choice(equal))
    return chance.randrange(1, left // 1000) * 1000 if left >= 2000 else left


def _fault(job: Job, chance: random.Random, *, lost: bool) -> str:
    if lost:
        return chance.choice(LOST)
    fault = chance.choices(FAULTS, [NONE_OFTEN] + [1] * (len(FAULTS) - 1))[0]
    is_unusual = job.kind != "void" and str(job.moves_minor)[-3:] in _UNUSUAL
    return OWN_AMOUNT if fault == NONE and is_unusual else fault


def _pressed(
    job: Job, stand: Stand, seed: int, number: int, chance: random.Random
) -> Iterator[Job]:
    """15 % are pressed twice at one instant: the same form, by two supervisors the same act for all
    that is left, or a capture against a void.
    """
    if chance.random() >= DOUBLE:
        yield job
        return
    double = chance.choice(["press", "colleague"])
    is_untouched = job.kind in ("capture", "void") and not stand.captured
    if double == "colleague" and is_untouched and not job.of_duplicate:
        double = "against"
    if job.through == PAGES:
        yield replace(job, double=double)
        return
    job = replace(job, meets=f"{number}-{job.merchant_reference}", double=double)
    other = job
    if double != "press":
        colleague = sum(SUPERVISORS) - job.staff
        other = replace(job, staff=colleague, form_key=key(seed, job.form_key, "too"))
    if double == "against":
        kind = "void" if job.kind == "capture" else "capture"
        other = replace(other, kind=kind, moves_minor=stand.authorized)
    yield from (job, other)


def _outside(job: Job, stand: Stand, chance: random.Random) -> Job:
    """One of the gateway's people does something about the same charge at about the same time; now
    and then the very same.
    """
    kind, amount = job.kind, job.moves_minor
    if chance.random() < 0.5:
        kind = "refund" if stand.captured else chance.choice(["capture", "void"])
        left = stand.captured - stand.refunded if stand.captured else stand.authorized
        amount = left if kind == "void" or left < 2000 else chance.randrange(1, left // 1000) * 1000
    return replace(job, act="outside", kind=kind, moves_minor=max(amount, 1), through="services")
