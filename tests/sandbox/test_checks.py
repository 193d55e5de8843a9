"""The order of the checks, one wrong thing at a time, and what is let through."""

import pytest

from orders.sandbox.parameters import COMMANDS
from tests.sandbox.merchant import Merchant


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"command": "SEND_MONEY"}, "00004"),
        ({"command": "CHECK_STATUS"}, "00004"),
        ({"merchant_identifier": "Another"}, "00009"),
        ({"access_code": "another"}, "00010"),
        ({"amount": ""}, "00001"),
        ({"surprise": "1"}, "00027"),
        ({"card_security_code": "123"}, "00027"),
        ({"merchant_reference": "x" * 41}, "00032"),
        ({"amount": "12345678901"}, "00032"),
        ({"amount": "100.00"}, "00002"),
        ({"amount": "-100"}, "00002"),
        ({"merchant_reference": "MO 1"}, "00002"),
        ({"customer_email": "caller"}, "00002"),
        ({"customer_email": "ca'ller@example.com"}, "00002"),
        ({"customer_name": "Room 101"}, "00002"),
        ({"customer_name": "Zoë"}, "00002"),
        ({"order_description": "a=b"}, "00002"),
        ({"order_description": "smile \N{GRINNING FACE}"}, "00002"),
        ({"order_description": " blank"}, "00002"),
        ({"order_description": ""}, "00002"),
        ({"customer_ip": "::ffff:192.0.2.1"}, "00002"),
        ({"customer_ip": "300.1.1.1"}, "00002"),
        ({"phone_number": "call me"}, "00002"),
        ({"language": "fr"}, "00033"),
        ({"eci": "TELEPHONE"}, "00033"),
        ({"payment_option": "CASH"}, "00033"),
        ({"currency": "XYZ"}, "00013"),
        ({"currency": "aed"}, "00002"),
        ({"amount": "0"}, "00005"),
        ({"amount": "0100"}, "00005"),
    ],
)
def test_each_wrong_thing_has_its_code(
    merchant: Merchant, wrong: dict[str, str], code: str
) -> None:
    payment = merchant.payment(**wrong) if "command" not in wrong else None
    message = payment or merchant.message("command", wrong["command"])
    assert merchant.send(message)["response_code"] == code


@pytest.mark.parametrize(
    "fields",
    [
        {"order_description": "Phone order #123 - 2 seats: $5 / a_b. 'x'"},
        {"customer_name": "محمّد أحمد"},
        {"customer_ip": "2001:db8::1"},
        {"phone_number": "+1 (201)-234-6789"},
        {"merchant_reference": "MOTO-2024.000123_1"},
        {"payment_option": "VISA"},
        {"settlement_reference": "S-1", "merchant_extra5": "a;b,c @ d"},
    ],
)
def test_what_the_guide_allows_is_let_through(merchant: Merchant, fields: dict[str, str]) -> None:
    assert merchant.pay(**fields)["response_code"] == "14000"


def test_a_changed_message_is_a_signature_mismatch(merchant: Merchant) -> None:
    changed = merchant.payment() | {"amount": "1"}
    assert merchant.send(changed)["response_code"] == "00008"


def test_a_message_without_signature_is_a_signature_mismatch(merchant: Merchant) -> None:
    message = merchant.payment()
    del message["signature"]
    assert merchant.send(message)["response_code"] == "00008"


@pytest.mark.parametrize("name", sorted(COMMANDS["PURCHASE"].mandatory - {"command", "signature"}))
def test_nothing_mandatory_may_be_missing(merchant: Merchant, name: str) -> None:
    account_codes = {"merchant_identifier": "00009", "access_code": "00010"}
    answer = merchant.pay(**{name: ""})
    assert answer["response_code"] == account_codes.get(name, "00001")


def test_an_order_must_be_named_by_reference_or_fort_id(merchant: Merchant) -> None:
    assert merchant.send(merchant.message("query_command", "CHECK_STATUS"))["status"] == "00"


def test_page_commands_are_unknown_to_the_api(merchant: Merchant) -> None:
    assert merchant.send(merchant.form())["response_code"] == "00004"


def test_the_first_wrong_thing_in_the_gateways_order_is_told(merchant: Merchant) -> None:
    message = merchant.payment(amount="0", currency="XYZ", surprise="1")
    assert merchant.send(message)["response_code"] == "00027"
    assert merchant.send(message | {"amount": "1"})["response_code"] == "00008"
    assert merchant.send(message | {"access_code": "x"})["response_code"] == "00010"
