"""What the gateway posts by itself, as JSON and as a form."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from orders.gateway import Feedback, Merchant, NotTrusted, Outcome, read_feedback
from tests.gateway.messages import CARD_RETURN, FEEDBACK
from tests.gateway.scripted import signed

JSON_TYPE = "application/json; charset=utf-8"


def arrive(merchant: Merchant, **changes: str | None) -> Feedback:
    message = {name: text for name, text in (FEEDBACK | changes).items() if text is not None}
    return read_feedback(merchant, json.dumps(signed(message)).encode(), JSON_TYPE)


def test_purchase_feedback_is_read(merchant: Merchant) -> None:
    feedback = arrive(merchant)
    assert (feedback.command, feedback.outcome) == ("PURCHASE", Outcome.APPROVED)
    assert (feedback.merchant_reference, feedback.fort_id) == ("MO-10482-1", "169996200000000001")
    assert (feedback.amount_minor, feedback.currency) == (25050, "AED")
    assert (feedback.payment_option, feedback.last_four) == ("VISA", "0001")
    assert "HADDAD" not in str(feedback.body)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "", "text/plain"])
def test_form_feedback_is_read_too(merchant: Merchant, kind: str) -> None:
    feedback = read_feedback(merchant, urlencode(FEEDBACK).encode(), kind)
    assert feedback.outcome is Outcome.APPROVED


def test_json_is_known_by_its_first_sign(merchant: Merchant) -> None:
    assert read_feedback(merchant, b" " + json.dumps(FEEDBACK).encode(), "").amount_minor == 25050


def test_refund_feedback_names_its_refund(merchant: Merchant) -> None:
    refund = {"command": "REFUND", "status": "06", "response_code": "06000", "eci": None}
    feedback = arrive(merchant, **refund, amount="500", maintenance_reference="MO-10482-1-R1")
    assert (feedback.outcome, feedback.amount_minor) == (Outcome.APPROVED, 500)
    assert feedback.maintenance_reference == "MO-10482-1-R1"


def test_feedback_of_a_charge_under_an_agreement_is_read(merchant: Merchant) -> None:
    feedback = arrive(merchant, eci="RECURRING", agreement_id="A1042", customer_ip=None)
    assert feedback.outcome is Outcome.APPROVED


def test_void_feedback_needs_no_amount(merchant: Merchant) -> None:
    void = {"command": "VOID_AUTHORIZATION", "status": "08", "response_code": "08000"}
    feedback = arrive(merchant, **void, amount=None, currency=None)
    assert (feedback.outcome, feedback.amount_minor, feedback.currency) == (
        Outcome.APPROVED,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("changes", "outcome", "problem"),
    [
        ({"status": "13", "response_code": "13666"}, Outcome.DECLINED, ""),
        ({"status": "15", "response_code": "15777"}, Outcome.UNKNOWN, "uncertain_code"),
        ({"fort_id": None}, Outcome.UNKNOWN, "fort_id_missing"),
        ({"amount": ""}, Outcome.UNKNOWN, "amount_missing"),
        ({"currency": None}, Outcome.UNKNOWN, "currency_missing"),
        ({"status": None}, Outcome.UNKNOWN, "codes_disagree"),
    ],
)
def test_feedback_proves_no_more_than_its_codes(
    merchant: Merchant, changes: dict[str, Any], outcome: Outcome, problem: str
) -> None:
    feedback = arrive(merchant, **changes)
    assert (feedback.outcome, feedback.problem) == (outcome, problem)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"command": "PAYMENT_LINK"}, "not_feedback"),
        ({"command": None}, "not_feedback"),
        ({"merchant_reference": None}, "not_feedback"),
        ({"access_code": None}, "not_feedback"),
        ({"merchant_identifier": "Other"}, "merchant_identifier_differs"),
        ({"service_command": "TOKENIZATION"}, "unknown_name"),
        ({"new_of_aps": "1"}, "unknown_name"),
        ({"customer_ip": "1.2.3.4 "}, "customer_ip_format"),
    ],
)
def test_signed_message_that_is_no_feedback_is_not_trusted(
    merchant: Merchant, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(NotTrusted, match=reason):
        arrive(merchant, **changes)


def test_forged_feedback_is_not_trusted(merchant: Merchant) -> None:
    body = json.dumps(FEEDBACK | {"amount": "1"}).encode()
    with pytest.raises(NotTrusted, match="bad_signature") as caught:
        read_feedback(merchant, body, JSON_TYPE)
    assert (caught.value.size, caught.value.claimed_code) == (len(body), "14000")


def test_card_return_posted_as_feedback_is_not_trusted(merchant: Merchant) -> None:
    with pytest.raises(NotTrusted, match="unknown_name"):
        read_feedback(merchant, json.dumps(CARD_RETURN).encode(), JSON_TYPE)


def test_ten_megabytes_are_not_read(merchant: Merchant) -> None:
    with pytest.raises(NotTrusted, match="too_big"):
        read_feedback(merchant, b"{" + b" " * 10_000_000, JSON_TYPE)
