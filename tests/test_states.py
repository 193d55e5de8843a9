"""The map of states, written out a second time by hand, and the status an order adds up to."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import states
from orders.states import OrderStatus, Status, order_status

# What happens to an operation, as people tell it. Nothing else may.
ARROWS = """
    prepared    -> sending expired
    sending     -> approved declined not_charged unknown
    unknown     -> approved declined not_charged released
    approved    -> voided lapsed
    not_charged -> sending approved duplicate
    declined    -> approved duplicate
    expired     -> approved duplicate
    released    -> approved duplicate
"""
TOLD = {(line.split()[0], new) for line in ARROWS.strip().splitlines() for new in line.split()[2:]}
EVERY_PAIR = list(itertools.product(Status.values, repeat=2))


@pytest.mark.parametrize(("old", "new"), EVERY_PAIR)
def test_an_operation_moves_along_the_arrows_told_and_no_other(old: str, new: str) -> None:
    assert states.may_move(old, new) is ((old, new) in TOLD)


@pytest.mark.parametrize("unheard_of", ["", "paid", "APPROVED", "Approved"])
def test_a_status_unheard_of_is_an_error_and_no_move(unheard_of: str) -> None:
    for pair in ((unheard_of, "sending"), ("prepared", unheard_of)):
        with pytest.raises(ValueError, match="is not a valid Status"):
            states.may_move(*pair)


def test_what_is_proven_is_left_only_by_a_void_or_a_lapse() -> None:
    exits = {new for old, new in TOLD if old in {"approved", "duplicate", "voided", "lapsed"}}
    assert exits == {"voided", "lapsed"}
    assert not [new for old, new in TOLD if old in {"duplicate", "voided", "lapsed"}]


def test_every_status_has_its_arrows_written_down() -> None:
    assert set(states.ARROWS) == set(Status)


def test_money_is_asked_for_once_and_again_only_where_it_was_not_taken() -> None:
    assert {old for old, new in TOLD if new == "sending"} == {"prepared", "not_charged"}


def test_a_charge_holds_its_order_until_it_is_settled_otherwise() -> None:
    assert {"prepared", "sending", "unknown", "approved"} == states.LIVE
    assert {"prepared", "sending", "unknown"} == states.IN_FLIGHT
    assert {"sending", "unknown"} == states.UNSETTLED
    assert {"purchase", "authorization"} == states.CHARGES


def status_of(
    *statuses: str,
    authorized: int = 0,
    captured: int = 0,
    refunded: int = 0,
    is_paid: bool = False,
    is_paid_outside: bool = False,
) -> str:
    """The status of an order with these charges and totals."""
    return order_status(
        statuses=statuses,
        authorized_minor=authorized,
        captured_minor=captured,
        refunded_minor=refunded,
        is_paid=is_paid,
        is_paid_outside=is_paid_outside,
    ).value


@pytest.mark.parametrize(
    ("captured", "refunded", "is_paid", "status"),
    [
        (100, 0, False, "charged"),
        (100, 0, True, "paid"),
        (100, 1, False, "part_refunded"),
        (100, 99, True, "part_refunded"),
        (100, 100, False, "refunded"),
        (100, 100, True, "refunded"),
        (40, 0, False, "charged"),
    ],
)
def test_money_that_moved_decides(captured: int, refunded: int, is_paid: bool, status: str) -> None:
    totals = {"authorized": 100, "captured": captured, "refunded": refunded}
    assert status_of("declined", "approved", is_paid=is_paid, **totals) == status


def test_an_amount_held_and_not_taken_is_reserved() -> None:
    assert status_of("approved", authorized=100) == "reserved"


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ((), "open"),
        (("prepared",), "open"),
        (("expired",), "open"),
        (("not_charged",), "open"),
        (("released",), "open"),
        (("declined",), "declined"),
        (("voided",), "voided"),
        (("lapsed",), "voided"),
        (("sending",), "unknown"),
        (("unknown",), "unknown"),
        (("declined", "expired"), "open"),
        (("expired", "declined"), "declined"),
        (("voided", "declined"), "declined"),
        (("declined", "voided"), "voided"),
        (("declined", "prepared"), "open"),
    ],
)
def test_without_money_the_latest_charge_decides(statuses: tuple[str, ...], status: str) -> None:
    assert status_of(*statuses) == status


@pytest.mark.parametrize("open_question", ["sending", "unknown"])
@pytest.mark.parametrize("latest", [status for status in Status if status != "approved"])
def test_an_open_question_outranks_every_older_and_newer_answer(
    open_question: str, latest: str
) -> None:
    assert status_of(open_question, latest) == "unknown"
    assert status_of(latest, open_question) == "unknown"


@given(
    statuses=st.lists(st.sampled_from(Status.values), max_size=4),
    totals=st.lists(st.integers(0, 3), min_size=3, max_size=3).map(sorted),
    is_paid=st.booleans(),
    is_paid_outside=st.booleans(),
)
def test_every_combination_adds_up_to_one_status(
    statuses: list[str], totals: list[int], is_paid: bool, is_paid_outside: bool
) -> None:
    refunded, captured, authorized = totals
    sums = {"authorized": authorized, "captured": captured, "refunded": refunded}
    status = status_of(*statuses, **sums, is_paid=is_paid, is_paid_outside=is_paid_outside)
    is_held = len(set(totals)) > 1
    is_open = captured == 0 and bool({"sending", "unknown"} & set(statuses))
    assert (status == "paid_outside") is (is_paid_outside and not is_held and not is_open)
    if status == "paid_outside":
        assert status_of(*statuses, **sums, is_paid=is_paid) not in {"charged", "paid", "reserved"}
        return
    assert (status in {"charged", "paid", "part_refunded", "refunded"}) is (captured > 0)
    assert (status == "reserved") is (authorized > captured == 0)
    assert (status == "paid") is (is_paid and captured > 0 and refunded == 0)


@pytest.mark.parametrize("status", [one for one in Status if one not in {"sending", "unknown"}])
def test_a_payment_outside_counts_where_no_card_holds_money(status: str) -> None:
    assert status_of(status, is_paid_outside=True) == "paid_outside"


@pytest.mark.parametrize(
    ("authorized", "captured", "refunded", "status"),
    [
        (100, 0, 0, "reserved"),
        (100, 100, 0, "charged"),
        (100, 100, 99, "part_refunded"),
        (100, 40, 40, "refunded"),
        (100, 100, 100, "paid_outside"),
    ],
)
def test_money_of_a_card_outranks_a_payment_outside_until_all_of_it_went_back(
    authorized: int, captured: int, refunded: int, status: str
) -> None:
    sums = {"authorized": authorized, "captured": captured, "refunded": refunded}
    assert status_of("approved", **sums, is_paid_outside=True) == status


def test_an_open_question_outranks_a_payment_outside() -> None:
    assert status_of("unknown", is_paid_outside=True) == "unknown"


def test_every_status_of_an_order_can_be_reached() -> None:
    reached = {status_of(*statuses) for statuses in itertools.product(Status.values, repeat=2)}
    for captured, refunded in ((0, 0), (2, 0), (2, 1), (2, 2)):
        for is_paid in (False, True):
            totals = {"authorized": 2, "captured": captured, "refunded": refunded}
            reached.add(status_of("approved", is_paid=is_paid, **totals))
    reached.add(status_of(is_paid_outside=True))
    assert reached == set(OrderStatus.values)
