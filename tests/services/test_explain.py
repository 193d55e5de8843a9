"""Every answer of the gateway has words for staff, and none of them promises too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.gateway import MESSAGES, STATUSES, Outcome, judge
from orders.services.explain import explain
from orders.services.meanings import MEANINGS

ALL_CODES = [status + message for status in STATUSES for message in MESSAGES]


def test_a_decline_for_lack_of_funds_is_said_in_plain_words() -> None:
    told = explain("13029")
    assert str(told.title) == "Not enough funds"
    assert told.try_same_card
    assert told.try_other_card


def test_every_message_code_of_the_gateway_has_a_meaning() -> None:
    assert MEANINGS.keys() == MESSAGES.keys()


@pytest.mark.parametrize("command", ["PURCHASE", "AUTHORIZATION"])
def test_no_card_is_offered_while_the_outcome_is_open(command: str) -> None:
    open_codes = [
        code for code in ALL_CODES if code[:2] in {"13", "03", "00", "15", "19", "20", "40"}
    ]
    for code in open_codes:
        told = explain(code)
        if judge(command, code[:2], code) == Outcome.UNKNOWN and code[:2] != _other(command):
            assert not told.try_same_card, code
            assert not told.try_other_card, code


@pytest.mark.parametrize("command", ["PURCHASE", "AUTHORIZATION"])
def test_a_refusal_is_never_explained_as_still_open(command: str) -> None:
    refused = [code for code in ALL_CODES if judge(command, code[:2], code) == Outcome.DECLINED]
    assert refused
    for code in refused:
        assert "has not answered" not in str(explain(code).say), code


def test_an_expired_card_is_not_offered_again() -> None:
    told = explain("13012")
    assert not told.try_same_card
    assert told.try_other_card


def test_a_fault_of_the_account_is_not_blamed_on_the_caller_s_card() -> None:
    assert "fault" in str(explain("00008").say)
    assert not explain("00008").try_other_card


def test_a_success_is_named_by_what_was_done() -> None:
    assert [str(explain(code).title) for code in ("14000", "02000", "06000")] == [
        "Charged",
        "Reserved",
        "Refunded",
    ]


def test_success_under_a_failing_status_is_not_called_success() -> None:
    assert str(explain("13000").title) == "The gateway's answer contradicts itself"


def test_a_refused_refund_offers_no_card() -> None:
    told = explain("07029")
    assert not told.try_same_card
    assert not told.try_other_card


@given(st.text(max_size=8))
def test_any_text_at_all_is_explained_without_offering_a_card_unless_listed(code: str) -> None:
    told = explain(code)
    assert str(told.title)
    assert str(told.next_step)
    if code not in ALL_CODES:
        assert not told.try_same_card
        assert not told.try_other_card


def _other(command: str) -> str:
    """The failing status of the other charge command, whose words are right for it alone."""
    return "03" if command == "PURCHASE" else "13"
