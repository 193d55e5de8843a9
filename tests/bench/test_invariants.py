"""The bench must see every breach: each promise is broken once, by hand."""

from collections import Counter
from typing import Any

import pytest

from bench.faults.invariants import ARROWS, RULES, never_taken, several_sends
from bench.faults.ledgers import Office
from orders import states

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
        "resends": 0,
        "is_external": False,
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


def sent(times: int, mine: Office, *foreign: str) -> list[str]:
    return list(several_sends(Counter({(REFERENCE, "PURCHASE"): times}), mine, foreign))


def send_again(mine: Office) -> None:
    """A person has the charge sent once more."""
    mine.operations[0]["resends"] += 1
    mine.events.append(mine.events[0] | {"data": {"merchant_reference": REFERENCE}})


def test_a_charge_is_sent_once_and_once_more_for_a_person_who_asks() -> None:
    mine = office()
    assert (sent(1, mine), bool(sent(2, mine))) == ([], True)
    send_again(mine)
    assert (sent(2, mine), bool(sent(3, mine))) == ([], True)


def test_sending_again_without_an_event_is_seen() -> None:
    mine = office(resends=1)
    assert sent(2, mine)


def test_sending_again_by_nobody_is_seen() -> None:
    mine = office()
    send_again(mine)
    mine.events[-1]["actor_id"] = None
    assert sent(2, mine)


def test_sending_without_a_row_is_seen_but_not_held_against_us_when_another_sent_it() -> None:
    mine = office()
    mine.events.pop(0)
    assert sent(1, mine)
    assert not sent(1, mine, REFERENCE)


def test_a_move_that_is_no_arrow_is_seen() -> None:
    mine = office()
    mine.events[0]["kind"] = "purchase_released"
    assert broken(mine, {REFERENCE: taken()}) == {"wrong moves"}


def test_an_order_that_counts_as_paid_without_a_charge_is_seen() -> None:
    books = {REFERENCE: taken(operations=[{"response_code": "13666"}], captured=0, authorized=0)}
    assert "false paid" in broken(office(status="declined"), books)


def test_another_amount_at_the_gateway_is_seen() -> None:
    mine = office()
    mine.orders[1]["amount_minor"] = 500
    assert "changed on the way" in broken(mine, {REFERENCE: taken()})


@pytest.mark.parametrize("arrow", sorted(ARROWS))
def test_an_arrow_that_was_never_taken_is_seen(arrow: tuple[str, str]) -> None:
    assert len(list(never_taken(ARROWS - {arrow}))) == 1


def test_the_bench_knows_every_arrow_of_the_office() -> None:
    mine = {(old.value, new.value) for old, news in states.ARROWS.items() for new in news}
    assert {arrow for arrow in ARROWS if arrow[0]} == mine
