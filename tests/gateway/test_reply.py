"""CHECK_STATUS: what it proves about a charge, and what it does not."""

from typing import Any

import pytest

from orders.gateway import Client, NoAnswer, Outcome, StatusReply
from tests.gateway.scripted import Gateway, hangs, says

SETTLED: dict[str, str | None] = {
    "status": "12",
    "response_code": "12000",
    "fort_id": "169996200000000001",
    "transaction_status": "14",
    "transaction_code": "14000",
    "transaction_message": "It&#39;s done",
    "authorized_amount": "25050",
    "captured_amount": "25050",
    "refunded_amount": "0",
}
INNER = ("transaction_status", "transaction_code", "transaction_message")


def check(client: Client, gateway: Gateway, **changes: Any) -> StatusReply:
    gateway.behave = says(SETTLED | changes)
    return client.check_status(merchant_reference="MO-10482-1", fort_id="169996200000000001")


def test_purchase_is_found_with_its_totals(client: Client, gateway: Gateway) -> None:
    reply = check(client, gateway)
    assert (reply.query_ok, reply.outcome, reply.problem) == (True, Outcome.APPROVED, "")
    assert (reply.authorized_minor, reply.captured_minor, reply.refunded_minor) == (25050, 25050, 0)
    assert (reply.transaction_status, reply.transaction_code) == ("14", "14000")
    assert reply.transaction_message == "It's done"
    assert reply.proves("PURCHASE") is Outcome.APPROVED
    assert reply.proves("AUTHORIZATION") is Outcome.UNKNOWN


def test_question_names_the_charge_and_no_command(client: Client, gateway: Gateway) -> None:
    check(client, gateway)
    (request,) = gateway.received
    assert (request["query_command"], request["merchant_reference"]) == (
        "CHECK_STATUS",
        "MO-10482-1",
    )
    assert request["fort_id"] == "169996200000000001"
    assert "command" not in request


@pytest.mark.parametrize(("status", "code"), [("12", "12036"), ("11", "11036"), ("00", "00036")])
def test_signed_not_found_is_not_found(
    client: Client, gateway: Gateway, status: str, code: str
) -> None:
    nothing = dict.fromkeys([*INNER, "authorized_amount", "captured_amount", "refunded_amount"])
    reply = check(client, gateway, status=status, response_code=code, **nothing)
    assert (reply.outcome, reply.query_ok) == (Outcome.NOT_FOUND, False)
    assert (reply.captured_minor, reply.proves("PURCHASE")) == (None, Outcome.NOT_FOUND)


def test_not_found_of_another_order_is_unknown(client: Client, gateway: Gateway) -> None:
    reply = check(client, gateway, response_code="12036", merchant_reference="MO-9")
    assert (reply.outcome, reply.problem) == (Outcome.UNKNOWN, "merchant_reference_differs")


@pytest.mark.parametrize(
    ("changes", "outcome", "problem"),
    [
        (
            {
                "transaction_status": "13",
                "transaction_code": "13666",
                "authorized_amount": "0",
                "captured_amount": "0",
            },
            Outcome.DECLINED,
            "",
        ),
        ({"transaction_status": "06", "transaction_code": "06000"}, Outcome.APPROVED, ""),
        ({"transaction_status": "07", "transaction_code": "07048"}, Outcome.APPROVED, ""),
        ({"transaction_status": "15", "transaction_code": "15777"}, Outcome.UNKNOWN, "not_settled"),
        (dict.fromkeys(INNER), Outcome.UNKNOWN, "not_settled"),
        ({"status": "11", "response_code": "11006"}, Outcome.UNKNOWN, "uncertain_code"),
        ({"merchant_reference": None}, Outcome.UNKNOWN, "merchant_reference_missing"),
        ({"query_command": "GET_TOKENS"}, Outcome.UNKNOWN, "query_command_differs"),
    ],
)
def test_last_act_tells_of_the_charge(
    client: Client, gateway: Gateway, changes: dict[str, Any], outcome: Outcome, problem: str
) -> None:
    reply = check(client, gateway, **changes)
    assert (reply.outcome, reply.problem) == (outcome, problem)


def test_silence_is_no_information(gateway: Gateway, client: Client) -> None:
    gateway.behave = hangs
    hasty = Client(client.merchant, deadline_s=0.2)
    with pytest.raises(NoAnswer):
        hasty.check_status(merchant_reference="MO-10482-1")
