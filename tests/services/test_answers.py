"""Every answer has its own words, and what nobody vouches for lends no code."""

import pytest

from orders.gateway import Outcome
from orders.models import Evidence
from orders.services.answers import told


def evidence(**values: object) -> Evidence:
    """Evidence as the gateway's answer to a question, unless told otherwise; not stored."""
    default = {"source": "check", "verified": True, "outcome": Outcome.UNKNOWN, "body": {}}
    return Evidence(**default | values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"body": {"response_code": "13666"}}, "Declined by the bank"),
        ({"outcome": Outcome.NOT_FOUND}, "The gateway does not know this charge"),
        ({"reason": "amount_differs"}, "The answer does not match what was sent"),
        ({"verified": False, "size": 20}, "An answer came that cannot be trusted"),
        ({"verified": False}, "No answer came"),
        ({}, "No answer came"),
        (
            {"source": "person", "verified": False, "reason": "released"},
            "Let go of, with a second person",
        ),
    ],
)
def test_each_answer_is_told_in_plain_words(values: dict[str, object], words: str) -> None:
    assert words in str(told(evidence(**values)).words)


def test_the_code_of_the_charge_comes_before_that_of_the_question() -> None:
    body = {"response_code": "12000", "transaction_code": "14000"}
    assert told(evidence(body=body)).code == "14000"


def test_a_code_that_nobody_vouches_for_is_not_shown() -> None:
    said = told(evidence(verified=False, size=9, body={"response_code": "14000"}))
    assert said.code == ""
