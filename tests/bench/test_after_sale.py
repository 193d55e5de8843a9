"""What is planned to follow a charge: by the seed alone, every kind and every fault in time."""

from collections import Counter
from typing import Any

from bench.faults.after_sale import FAULTS, LOST, OWN_AMOUNT, Round, planned
from bench.faults.ledgers import Office
from bench.faults.plan import DOUBLE, NO_LINE, PAGES

Row = dict[str, Any]


def charge(number: int, kind: str, amount_minor: int) -> Row:
    return {
        "id": number,
        "order_id": number,
        "parent_id": None,
        "kind": kind,
        "status": "approved",
        "merchant_reference": f"MO-{10_000 + number}-1",
        "amount_minor": amount_minor,
        "currency": "AED",
        "reversed_at": None,
    }


def ledgers(number: int) -> tuple[Office, dict[str, Row]]:
    """So many charges, every other one a reservation."""
    kinds = ("purchase", "authorization")
    rows = [charge(one, kinds[one % 2], 50_000 + 1_000 * one) for one in range(1, number + 1)]
    orders = {row["id"]: {"reference": f"BENCH-{row['id']:06d}"} for row in rows}
    books = {row["merchant_reference"]: {"pending": None, "voided": False} for row in rows}
    return Office(orders, rows, [], []), books


def drawn(number: int, *, seed: int = 7, most: int = 10_000, **changes: Any) -> Round:
    office, books = ledgers(number)
    said: dict[str, Any] = {"through_pages": 0.3, "totals": True} | changes
    return planned(office, books, seed=seed, number=1, most=most, **said)


def test_a_seed_replays() -> None:
    assert drawn(100) == drawn(100)
    assert drawn(100) != drawn(100, seed=8)


def test_what_a_charge_suffers_depends_on_it_alone() -> None:
    few, many = drawn(50), drawn(100)
    assert {job.form_key: job for job in few.jobs}.items() <= {
        job.form_key: job for job in many.jobs
    }.items()


def test_every_kind_meets_every_fault() -> None:
    made = drawn(4_000)
    assert {(job.kind, job.fault) for job in made.acts} >= {
        (kind, fault) for kind in ("capture", "void", "refund") for fault in FAULTS
    }
    assert len(FAULTS) >= 22
    assert {made.digits[job.merchant_reference] for job in made.acts if job.fault == NO_LINE} == {
        ""
    }


def test_some_are_pressed_twice_and_some_by_the_gateways_own_people() -> None:
    made = drawn(2_000)
    doubled = {job.form_key for job in made.jobs if job.double}
    outside = [job for job in made.jobs if job.act == "outside"]
    assert abs(len(doubled) / 2_000 - DOUBLE * 1.7) < 0.1
    assert Counter(job.double for job in made.jobs).keys() == {"", "press", "colleague", "against"}
    assert 100 < len(outside) < 400
    assert abs(sum(job.through == PAGES for job in made.acts) / 2_000 - 0.3) < 0.05


def test_two_that_race_meet_and_nobody_else_waits() -> None:
    meetings = Counter(job.meets for job in drawn(500).jobs if job.meets and job.act == "follow")
    assert meetings
    assert set(meetings.values()) == {2}


def test_no_more_is_wanted_than_is_left() -> None:
    office, _books = ledgers(1_000)
    amounts = {row["merchant_reference"]: row["amount_minor"] for row in office.operations}
    assert all(0 < job.moves_minor <= amounts[job.merchant_reference] for job in drawn(1_000).jobs)


def test_without_totals_only_parts_are_wanted_whose_answers_are_lost() -> None:
    made = drawn(300, totals=False)
    assert {job.kind for job in made.acts} == {"capture", "refund"}
    assert {job.fault for job in made.acts} <= {*LOST, OWN_AMOUNT}
    assert not [job for job in made.jobs if job.act == "outside"]


def test_no_more_acts_than_asked_for() -> None:
    assert len(drawn(300, most=20).acts) == 20
