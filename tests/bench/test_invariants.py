"""The bench must see every breach: each promise is broken once, by hand."""

from collections import Counter
from typing import Any

import pytest

from bench.faults.invariants import RULES, several_sends
from bench.faults.ledgers import Office

REFERENCE = "MO-10001-1"


def taken(**changes: Any) -> dict[str, Any]:
    """A charge in the gateway's books."""
    order = {
        "merchant_reference": REFERENCE,
        "fort_id": "1",
        "amount": 1000,
        "currency": "AED",
        "token_name": "t",
        "command": "PURCHASE",
        "voided": False,
        "authorized": 1000,
        "captured": 1000,
        "refunded": 0,
        "operations": [{"response_code": "14000"}],
    }
    return order | changes


def office(**changes: Any) -> Office:
    """An office with one order that was charged; ``changes`` are of its operation."""
    operation = {
        "id": 7,
        "order_id": 1,
        "kind": "purchase",
        "merchant_reference": REFERENCE,
        "maintenance_reference": "",
        "status": "approved",
        "fort_id": "1",
        "amount_minor": 1000,
        "currency": "AED",
        "token_name": "t",
        "next_check_at": None,
        "submitted_at": "2026-01-01",
    } | changes
    order = {
        "status": "charged",
        "amount_minor": 1000,
        "authorized_minor": 1000,
        "captured_minor": 1000,
        "refunded_minor": 0,
        "paid_at": "2026-01-01",
    }
    events = [
        {
            "order_id": 1,
            "kind": f"purchase_{status}",
            "data": {"merchant_reference": REFERENCE},
            "actor_id": 1,
            "actor_name": "Layla",
            "at": "2026-01-01",
        }
        for status in ("sending", operation["status"])
    ]
    evidence = [{"operation_id": 7, "verified": True}]
    return Office({1: order}, [operation], events, evidence)


def broken(mine: Office, books: dict[str, Any]) -> set[str]:
    return {name for name, rule in RULES.items() if list(rule(mine, books))}


def test_two_ledgers_that_agree_break_no_promise() -> None:
    assert broken(office(), {REFERENCE: taken()}) == set()


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("lost", {"status": "declined"}),
        ("lost", {"fort_id": "2"}),
        ("false paid", {"amount_minor": 2000}),
        ("stuck", {"status": "sending"}),
        ("stuck", {"status": "unknown"}),
        ("unresolved", {"status": "unknown", "next_check_at": "2026-01-01"}),
        ("wrong moves", {"status": "expired"}),
        ("changed on the way", {"token_name": "another"}),
    ],
)
def test_a_row_that_is_wrong_is_seen(name: str, changes: dict[str, str]) -> None:
    assert name in broken(office(**changes), {REFERENCE: taken()})


def test_a_charge_the_gateway_never_made_is_false() -> None:
    assert "false paid" in broken(office(), {})


def test_a_charge_without_verified_evidence_is_false() -> None:
    mine = office()
    mine.evidence[0]["verified"] = False
    assert broken(mine, {REFERENCE: taken()}) == {"false paid"}


def test_a_second_charge_of_the_order_is_double_and_lost() -> None:
    again = taken(merchant_reference="MO-10001-2", fort_id="2")
    books = {REFERENCE: taken(), "MO-10001-2": again}
    assert {"double", "lost", "wrong totals"} == broken(office(), books)


def test_a_total_that_differs_from_the_gateways_is_seen() -> None:
    assert broken(office(), {REFERENCE: taken(refunded=400)}) == {"wrong totals"}


def test_an_act_of_nobody_is_seen() -> None:
    mine = office()
    mine.events[0]["actor_id"] = None
    assert broken(mine, {REFERENCE: taken()}) == {"acts of nobody"}


@pytest.mark.parametrize("counts", [{(REFERENCE, "PURCHASE"): 2}, {("MO-10002-1", "PURCHASE"): 1}])
def test_a_reference_sent_twice_or_without_a_row_is_seen(counts: dict[Any, int]) -> None:
    assert list(several_sends(Counter(counts), office()))
