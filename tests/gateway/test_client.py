"""What each command sends and what its answer becomes, over a real socket."""

from typing import Any

import pytest

from orders.gateway import Client, NotTrusted, Outcome, WouldBeRefused
from tests.gateway.conftest import make_merchant
from tests.gateway.scripted import Gateway, says, signed

PAID: dict[str, str | None] = {
    "status": "14",
    "response_code": "14000",
    "response_message": "Success",
    "fort_id": "169996200000000001",
    "authorization_code": "831000",
    "card_number": "400555******0001",
    "expiry_date": "3005",
    "payment_option": "VISA",
    "acquirer_response_code": "00",
}
LATER = {"merchant_reference": "MO-10482-1", "fort_id": "169996200000000001"}
AMOUNT: dict[str, Any] = {"amount_minor": 5000, "currency": "AED"}


def test_purchase_is_approved(client: Client, gateway: Gateway, charge: dict[str, Any]) -> None:
    gateway.behave = says(PAID)
    reply = client.purchase(**charge)
    assert (reply.outcome, reply.problem, reply.verified) == (Outcome.APPROVED, "", True)
    assert (reply.fort_id, reply.authorization_code) == ("169996200000000001", "831000")
    assert (reply.payment_option, reply.last_four, reply.expiry) == ("VISA", "0001", "3005")
    assert (reply.response_code, reply.message_code) == ("14000", "000")
    assert reply.token_name == charge["token_name"]


def test_purchase_sends_signed_text_with_eci_moto(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID)
    client.purchase(**charge, order_description="Two seats = row 4 🎭", phone_number="")
    assert gateway.received == [
        signed(
            {
                "command": "PURCHASE",
                "access_code": "demoAccessCode000001",
                "merchant_identifier": "MotoDemo",
                "merchant_reference": "MO-10482-1",
                "amount": "25050",
                "currency": "AED",
                "language": "en",
                "customer_email": "caller@example.com",
                "eci": "MOTO",
                "token_name": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
                "order_description": "Two seats row 4",
            },
            "demo-request-phrase",
        )
    ]
    assert gateway.headers[0]["Content-Type"] == "application/json"
    assert gateway.headers[0]["Accept-Encoding"] == "identity"


def test_authorization_is_approved(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID | {"status": "02", "response_code": "02000"})
    assert client.authorize(**charge).outcome is Outcome.APPROVED
    assert gateway.received[0]["command"] == "AUTHORIZATION"


def test_decline_is_a_value(client: Client, gateway: Gateway, charge: dict[str, Any]) -> None:
    gateway.behave = says({"status": "13", "response_code": "13666"})
    reply = client.purchase(**charge)
    assert (reply.outcome, reply.message_code, reply.fort_id) == (Outcome.DECLINED, "666", "")


def test_capture_void_and_refund_are_approved(client: Client, gateway: Gateway) -> None:
    gateway.behave = says({"status": "04", "response_code": "04000"})
    assert client.capture(**LATER, **AMOUNT).outcome is Outcome.APPROVED
    gateway.behave = says({"status": "08", "response_code": "08000"})
    assert client.void_authorization(**LATER).outcome is Outcome.APPROVED
    gateway.behave = says({"status": "06", "response_code": "06000"})
    refund = client.refund(**LATER, **AMOUNT, maintenance_reference="MO-10482-1-R1")
    assert refund.outcome is Outcome.APPROVED
    commands = [request["command"] for request in gateway.received]
    assert commands == ["CAPTURE", "VOID_AUTHORIZATION", "REFUND"]
    assert "amount" not in gateway.received[1]
    assert gateway.received[2]["maintenance_reference"] == "MO-10482-1-R1"


def test_token_is_made_inactive(client: Client, gateway: Gateway) -> None:
    gateway.behave = says({"status": "58", "response_code": "58000"})
    reply = client.update_token(
        merchant_reference="TOK-1", token_name="abcd", token_status="INACTIVE"
    )
    assert (reply.command, reply.outcome) == ("UPDATE_TOKEN", Outcome.APPROVED)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"amount": "25051"}, "amount_differs"),
        ({"amount": None}, "amount_missing"),
        ({"currency": "SAR"}, "currency_differs"),
        ({"merchant_reference": "MO-10482-2"}, "merchant_reference_differs"),
        ({"token_name": "another"}, "token_name_differs"),
        ({"token_name": None}, "token_name_missing"),
        ({"command": "AUTHORIZATION"}, "command_differs"),
        ({"eci": "ECOMMERCE"}, "eci_differs"),
        ({"merchant_identifier": None}, "merchant_identifier_missing"),
        ({"fort_id": None}, "fort_id_missing"),
        ({"response_code": "13666"}, "codes_disagree"),
        ({"status": "15", "response_code": "15777"}, "uncertain_code"),
        ({"status": "20", "response_code": "20064"}, "uncertain_code"),
        (
            {"status": "15", "response_code": "15777", "merchant_reference": "MO-9"},
            "merchant_reference_differs",
        ),
        ({"status": "13", "response_code": "13006"}, "uncertain_code"),
        ({"status": "00", "response_code": "00007"}, "duplicate_reference"),
        ({"status": "00", "response_code": "00773"}, "closed"),
        ({"status": "13", "response_code": "13998"}, "unlisted_code"),
        ({"status": None, "response_code": None}, "codes_disagree"),
    ],
)
def test_signed_success_that_is_not_quite_ours_is_unknown(
    client: Client,
    gateway: Gateway,
    charge: dict[str, Any],
    changed: dict[str, str | None],
    problem: str,
) -> None:
    gateway.behave = says(PAID | changed)
    reply = client.purchase(**charge)
    assert (reply.outcome, reply.problem) == (Outcome.UNKNOWN, problem)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"amount": None, "token_name": None}, Outcome.DECLINED),
        ({"amount": "1"}, Outcome.UNKNOWN),
        ({"merchant_reference": None}, Outcome.UNKNOWN),
    ],
)
def test_refusal_must_say_our_reference_and_contradict_nothing(
    client: Client,
    gateway: Gateway,
    charge: dict[str, Any],
    changed: dict[str, str | None],
    outcome: Outcome,
) -> None:
    gateway.behave = says({"status": "00", "response_code": "00008"} | changed)
    assert client.purchase(**charge).outcome is outcome


def test_eci_may_stay_unsaid_in_the_answer(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID | {"eci": None})
    assert client.purchase(**charge).outcome is Outcome.APPROVED


def test_masked_and_escaped_echoes_do_not_matter(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    masked = {
        "customer_email": "******************",
        "order_description": "O&#39;Neil",
        "response_message": "It&#39;s done",
        "card_number": "****************",
        "expiry_date": "****",
    }
    gateway.behave = says(PAID | masked)
    reply = client.purchase(**charge, order_description="O'Neil")
    assert (reply.outcome, reply.last_four, reply.expiry) == (Outcome.APPROVED, "", "")
    assert reply.response_message == "It's done"


def test_parameter_new_to_us_does_not_stop_a_charge(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID | {"scheme_reference": "X-1"})
    assert client.purchase(**charge).outcome is Outcome.APPROVED


def test_wrong_or_missing_signature_is_not_trusted(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    for spoiled in (dict, lambda message: signed(message, "another phrase")):
        gateway.behave = says(PAID | {"signature": None}, sign=spoiled)
        with pytest.raises(NotTrusted, match="bad_signature") as caught:
            client.purchase(**charge)
        assert (caught.value.sent, caught.value.verified) == (True, False)
        assert caught.value.claimed_code == "14000"
        assert len(caught.value.digest) == 64
        assert caught.value.size > 100


def test_our_own_request_sent_back_is_not_trusted(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says({}, sign=dict)
    with pytest.raises(NotTrusted, match="bad_signature"):
        client.purchase(**charge)


def test_answer_to_another_account_is_not_trusted(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID | {"access_code": "another"})
    with pytest.raises(NotTrusted, match="access_code_differs"):
        client.purchase(**charge)


def test_old_response_phrase_still_counts_while_it_is_rotated(
    gateway: Gateway, charge: dict[str, Any]
) -> None:
    merchant = make_merchant(
        api_url=gateway.url, response_phrase="new", previous_response_phrase="demo-response-phrase"
    )
    gateway.behave = says(PAID)
    assert Client(merchant).purchase(**charge).outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"amount_minor": 0}, "amount_range", "amount"),
        ({"amount_minor": 10_000_000_000}, "amount_range", "amount"),
        ({"payment_option": "MADA"}, "brand_not_moto", "payment_option"),
        (
            {"payment_option": "VISA", "currency": "KWD", "amount_minor": 1001},
            "visa_last_digit",
            "amount",
        ),
        ({"currency": "aed"}, "currency_format", "currency"),
        ({"merchant_reference": "MO 1"}, "merchant_reference_format", "merchant_reference"),
        ({"token_name": ""}, "token_name_missing", "token_name"),
        ({"customer_email": "nobody"}, "customer_email_format", "customer_email"),
        ({"card_number": "4005550000000001"}, "parameter_unknown", "card_number"),
    ],
)
def test_what_the_gateway_would_refuse_is_not_sent(
    client: Client,
    gateway: Gateway,
    charge: dict[str, Any],
    changed: dict[str, Any],
    code: str,
    field: str,
) -> None:
    with pytest.raises(WouldBeRefused) as caught:
        client.purchase(**charge | changed)
    assert (caught.value.code, caught.value.field, caught.value.sent) == (code, field, False)
    assert str(caught.value) == f"{code} ({field})"
    assert gateway.received == []


def test_nothing_that_is_kept_or_shown_holds_a_secret(
    client: Client, gateway: Gateway, charge: dict[str, Any]
) -> None:
    gateway.behave = says(PAID | {"card_number": "4005550000000001"})
    reply = client.purchase(**charge, customer_name="Layla Haddad", phone_number="+971 50 1234567")
    for shown in (repr(reply), str(reply.body), repr(client.merchant)):
        for secret in (
            "4005550000000001",
            charge["token_name"],
            "demo-response-phrase",
            "demo-request-phrase",
            "demoAccessCode000001",
            gateway.received[0]["signature"],
            "Haddad",
            "1234567",
            "caller@",
        ):
            assert secret not in shown
    assert reply.body["card_number"] == "************0001"
