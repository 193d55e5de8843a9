"""The bench must see every breach of what follows a charge: each is made once, by hand."""

from collections import Counter
from typing import Any

import pytest

from bench.faults.ledgers import Office
from bench.faults.sale_rules import RULES, breaches

REFERENCE = "MO-10001-1"
REFUND = f"{REFERENCE}-R1"
CAPTURE = f"{REFERENCE}-C1"
Row = dict[str, Any]


def row(key: int, kind: str, amount_minor: int, **changes: Any) -> Row:
    letter = {"capture": "C", "void": "V", "refund": "R"}.get(kind)
    return {
        "id": key,
        "order_id": 1,
        "parent_id": 7 if letter else None,
        "kind": kind,
        "status": "approved",
        "merchant_reference": REFERENCE,
        "maintenance_reference": f"{REFERENCE}-{letter}1" if letter else "",
        "amount_minor": amount_minor,
        "fort_id": "1",
        "is_external": False,
        "reversed_at": None,
        "approver_id": None,
        "problem": "",
    } | changes


def event(kind: str, name: str, **said: Any) -> Row:
    data = {"merchant_reference": REFERENCE, "maintenance_reference": name} | said
    return {"order_id": 1, "kind": kind, "data": data, "actor_id": 1, "actor_name": "Huda"}


def office(refund: Row | None = None) -> Office:
    """A reservation of 1000, 600 captured, 200 given back."""
    refund = row(9, "refund", 200) | (refund or {})
    operations = [row(7, "authorization", 1000), row(8, "capture", 600), refund]
    events = [event("capture_sending", CAPTURE), event("refund_sending", REFUND)]
    return Office({1: {"reference": "BENCH-000001"}}, operations, events, [])


def held(**changes: Any) -> dict[str, Row]:
    """The gateway's books of it."""
    order = {
        "merchant_reference": REFERENCE,
        "fort_id": "1",
        "authorized": 1000,
        "captured": 600,
        "refunded": 200,
        "voided": False,
        "operations": [act("04000", 600), act("06000", 200, REFUND)],
    }
    return {REFERENCE: order | changes}


def act(code: str, amount: int, name: str = "") -> Row:
    return {"response_code": code, "amount": amount, "maintenance_reference": name}


def broken(mine: Office, books: dict[str, Row], refunds: int = 1) -> set[str]:
    counts = Counter({(REFERENCE, "REFUND"): refunds, (REFERENCE, "CAPTURE"): 1})
    return {name for name, found in breaches(mine, books, counts).items() if found}


def test_two_ledgers_that_agree_break_no_promise() -> None:
    assert broken(office(), held()) == set()


@pytest.mark.parametrize(
    ("names", "books"),
    [
        ({"over-captured", "wrong sums"}, {"captured": 1001}),
        ({"over-refunded", "wrong sums"}, {"refunded": 601}),
        ({"wrong sums"}, {"refunded": 0}),
        ({"wrong sums"}, {"voided": True}),
        ({"done twice"}, {"operations": [act("06000", 200, REFUND)] * 2}),
        ({"changed follow-ups"}, {"operations": [act("06000", 300, REFUND)]}),
        ({"changed follow-ups"}, {"operations": [act("06000", 200, "MO-10002-1-R1")]}),
    ],
)
def test_what_the_gateway_did_and_we_did_not_mean_is_seen(
    names: set[str], books: dict[str, Any]
) -> None:
    assert broken(office(), held(**books)) == names


@pytest.mark.parametrize(
    ("names", "refund"),
    [
        ({"over-refunded", "wrong sums"}, {"amount_minor": 601}),
        ({"open follow-ups", "wrong sums"}, {"status": "unknown"}),
        ({"wrong sums", "untold follow-ups"}, {"reversed_at": "2026-01-01"}),
        ({"untold follow-ups"}, {"is_external": True}),
        ({"untold follow-ups"}, {"approver_id": 2}),
    ],
)
def test_a_row_that_is_wrong_is_seen(names: set[str], refund: dict[str, Any]) -> None:
    assert broken(office(refund), held()) - {"changed follow-ups", "done twice"} == names


def test_one_wish_that_was_sent_twice_is_seen() -> None:
    assert broken(office(), held(), refunds=2) == {"done twice"}


def test_a_wish_of_nobody_is_seen() -> None:
    mine = office()
    mine.events[1]["actor_id"] = None
    assert broken(mine, held()) == {"untold follow-ups"}


def test_more_captured_by_our_count_than_was_reserved_is_seen() -> None:
    mine = office()
    mine.operations[1]["amount_minor"] = 1001
    assert "over-captured" in broken(mine, held())


def test_a_reservation_that_was_let_go_of_agrees_with_the_books() -> None:
    mine = office()
    mine.operations[:] = [row(7, "authorization", 1000, status="lapsed")]
    mine.events.clear()
    books = held(captured=0, refunded=0, voided=True, operations=[act("08000", 1000)])
    assert broken(mine, books, refunds=0) == {"done twice"}
    assert all(not list(rule(mine, books)) for rule in RULES.values())
