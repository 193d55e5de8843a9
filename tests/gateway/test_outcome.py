"""The judgement is total: every pair of codes has an answer, and few of them are not "unknown"."""

from itertools import product

import pytest

from orders.gateway import MESSAGES, STATUSES, Outcome, judge, judge_charge

STATUS = [f"{number:02}" for number in range(100)]
MESSAGE = [f"{number:03}" for number in range(1000)]
FAILED = {
    "PURCHASE": "13",
    "AUTHORIZATION": "03",
    "CAPTURE": "05",
    "VOID_AUTHORIZATION": "09",
    "REFUND": "07",
    "TOKENIZATION": "17",
    "CREATE_TOKEN": "53",
    "UPDATE_TOKEN": "59",
}
APPROVED = {
    "PURCHASE": {"14000"},
    "AUTHORIZATION": {"02000"},
    "CAPTURE": {"04000"},
    "VOID_AUTHORIZATION": {"08000"},
    "REFUND": {"06000"},
    "TOKENIZATION": {"18000", "18062", "18063"},
    "CREATE_TOKEN": {"52000", "52062", "52063"},
    "UPDATE_TOKEN": {"58000"},
    "CHECK_STATUS": {"12000"},
}
# safety.md C.4 and the official plugins' lists: these settle nothing, whatever the status.
AMBIGUOUS = (
    "000 006 007 047 051 054 066 069 071 074 075 099 119 662 773 777 778 779 780 781 784"
).split()
NEVER_DEFINITE = {"01", "10", "11", "12", "15", "19", "20", "40"}


@pytest.mark.parametrize("command", APPROVED)
def test_all_hundred_thousand_pairs_are_judged(command: str) -> None:
    judged = {
        status + message: judge(command, status, status + message)
        for status, message in product(STATUS, MESSAGE)
    }
    assert len(judged) == 100_000
    approved = {code for code, outcome in judged.items() if outcome is Outcome.APPROVED}
    declined = {code for code, outcome in judged.items() if outcome is Outcome.DECLINED}
    assert approved == APPROVED[command]
    assert {code[:2] for code in declined} <= {"00", FAILED.get(command, "00")}
    assert not {code for code in declined if code[2:] in AMBIGUOUS or code[2:] not in MESSAGES}
    assert not {code for code in declined if code[:2] in NEVER_DEFINITE}


@pytest.mark.parametrize("command", FAILED)
def test_definite_refusals_are_declined(command: str) -> None:
    failed = FAILED[command]
    for message in ("666", "029", "012", "044", "038"):
        assert judge(command, failed, failed + message) is Outcome.DECLINED
    for message in "001 002 003 004 005 008 009 010 013 014 015 016 037 038 039 044 046".split():
        assert judge(command, "00", "00" + message) is Outcome.DECLINED


def test_codes_that_disagree_are_unknown() -> None:
    for status, code in product(STATUS, ("14000", "13666", "00008")):
        if not code.startswith(status):
            assert judge("PURCHASE", status, code) is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ["", "1", "14", "140", "1400", "140000", "١٤٠٠٠", "14000\n"])
def test_code_that_is_none_is_unknown(code: str) -> None:
    assert judge("PURCHASE", "14", code) is Outcome.UNKNOWN
    assert judge("PURCHASE", code, "14000") is Outcome.UNKNOWN or code == "14"


def test_unknown_command_is_unknown() -> None:
    assert judge("PAYMENT_LINK", "14", "14000") is Outcome.UNKNOWN
    assert judge("", "00", "00008") is Outcome.UNKNOWN


def test_amount_messages_settle_only_their_own_command() -> None:
    assert judge("CAPTURE", "00", "00042") is Outcome.DECLINED
    assert judge("REFUND", "07", "07048") is Outcome.DECLINED
    assert judge("PURCHASE", "00", "00042") is Outcome.UNKNOWN
    assert judge("REFUND", "00", "00036") is Outcome.DECLINED
    assert judge("PURCHASE", "00", "00036") is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ["12036", "11036", "00036"])
def test_order_not_found_is_not_found(code: str) -> None:
    assert judge("CHECK_STATUS", code[:2], code) is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("code", "command", "moved", "outcome"),
    [
        ("14000", "", 0, Outcome.APPROVED),
        ("14000", "PURCHASE", 0, Outcome.APPROVED),
        ("14000", "AUTHORIZATION", 0, Outcome.UNKNOWN),
        ("02000", "AUTHORIZATION", 0, Outcome.APPROVED),
        ("02000", "PURCHASE", 0, Outcome.UNKNOWN),
        ("04000", "AUTHORIZATION", 0, Outcome.APPROVED),
        ("06000", "PURCHASE", 0, Outcome.APPROVED),
        ("08000", "AUTHORIZATION", 0, Outcome.APPROVED),
        ("07048", "PURCHASE", 5000, Outcome.APPROVED),
        ("07048", "PURCHASE", 0, Outcome.UNKNOWN),
        ("07998", "PURCHASE", 5000, Outcome.UNKNOWN),
        ("13666", "PURCHASE", 0, Outcome.DECLINED),
        ("13666", "", 0, Outcome.DECLINED),
        ("13666", "AUTHORIZATION", 0, Outcome.UNKNOWN),
        ("13666", "PURCHASE", 5000, Outcome.UNKNOWN),
        ("03012", "AUTHORIZATION", 0, Outcome.DECLINED),
        ("13006", "PURCHASE", 0, Outcome.UNKNOWN),
        ("15777", "PURCHASE", 0, Outcome.UNKNOWN),
        ("20064", "PURCHASE", 0, Outcome.UNKNOWN),
        ("00008", "PURCHASE", 0, Outcome.UNKNOWN),
        ("", "PURCHASE", 0, Outcome.UNKNOWN),
    ],
)
def test_inner_codes_prove_what_became_of_the_charge(
    code: str, command: str, moved: int, outcome: Outcome
) -> None:
    assert judge_charge(code[:2], code, moved_minor=moved, command=command) is outcome


def test_inner_codes_that_disagree_are_unknown() -> None:
    assert judge_charge("13", "14000") is Outcome.UNKNOWN
    assert judge_charge("", "14000") is Outcome.UNKNOWN


def test_tables_of_codes_are_whole() -> None:
    kinds = {message.kind for message in MESSAGES.values()}
    assert kinds == {
        *("success", "declined", "uncertain", "duplicate", "configuration"),
        *("caller_data", "fraud", "limit", "closed", "other"),
    }
    assert len(MESSAGES) == 166
    assert len(STATUSES) == 68
    assert MESSAGES["008"].text == "Signature mismatch"
