"""The browser posts a card to paymentPage and comes back with a token."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from orders.sandbox.cards import masked
from orders.sandbox.server import Sandbox
from orders.sandbox.signing import is_signed
from tests.sandbox.merchant import RETURN_URL, VISA, Merchant


def test_a_new_token_has_32_hexadecimal_digits(merchant: Merchant) -> None:
    stored = merchant.store(merchant.form(card_holder_name="Aisha Khan", remember_me="YES"))
    assert re.fullmatch("[0-9a-f]{32}", stored["token_name"])
    assert (stored["card_number"], stored["card_bin"]) == (masked(VISA), "400555")
    assert (stored["expiry_date"], stored["card_holder_name"]) == ("4912", "Aisha Khan")
    assert "card_security_code" not in stored
    assert "fort_id" not in stored


def test_what_the_browser_brings_back_is_signed(merchant: Merchant) -> None:
    assert is_signed(merchant.store(merchant.form()), "demo-response-phrase")


def test_create_token_has_no_cvv(merchant: Merchant) -> None:
    stored = merchant.store(merchant.form("CREATE_TOKEN"))
    assert (stored["response_code"], stored["status"]) == ("52062", "52")
    assert merchant.pay(token_name=stored["token_name"])["response_code"] == "14000"


def test_create_token_refuses_a_cvv(merchant: Merchant) -> None:
    stored = merchant.store(merchant.form("CREATE_TOKEN", card_security_code="123"))
    assert stored["response_code"] == "00027"


def test_the_same_card_gets_another_token_each_time(merchant: Merchant) -> None:
    names = {merchant.store(merchant.form())["token_name"] for _ in range(3)}
    assert len(names) == 3


def test_a_token_may_be_named_and_is_then_updated(merchant: Merchant) -> None:
    first = merchant.store(merchant.form(token_name="caller.7"))
    again = merchant.store(merchant.form(token_name="caller.7", expiry_date="4801"))
    assert (first["response_code"], again["response_code"]) == ("18000", "18063")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"card_number": "4005550000000002"}, "17016"),
        ({"card_number": "400555000000000"}, "17016"),
        ({"card_number": "4005 5500 0000"}, "00002"),
        ({"expiry_date": "4913"}, "17100"),
        ({"expiry_date": "2001"}, "17012"),
        ({"expiry_date": "12/49"}, "00032"),
        ({"card_security_code": ""}, "00001"),
        ({"card_security_code": "1234"}, "17032"),
        ({"card_security_code": "12a"}, "00002"),
        ({"card_holder_name": "4005"}, "00002"),
        ({"remember_me": "YEP"}, "00033"),
        ({"surprise": "1"}, "00027"),
    ],
)
def test_a_wrong_card_comes_back_with_its_code(
    merchant: Merchant, fields: dict[str, str], code: str
) -> None:
    stored = merchant.store(merchant.form(**fields))
    assert stored["response_code"] == code
    assert "token_name" not in stored


def test_an_amex_has_four_digits_of_cvv(merchant: Merchant) -> None:
    amex = {"card_number": "345678901234564", "card_security_code": "1234"}
    assert merchant.store(merchant.form(**amex))["response_code"] == "18000"


def test_any_other_card_with_a_right_check_digit_is_taken(merchant: Merchant) -> None:
    stored = merchant.store(merchant.form(card_number="4111111111111111"))
    assert merchant.pay(token_name=stored["token_name"])["payment_option"] == "VISA"


def test_a_card_not_to_be_remembered_pays_its_own_order_only(merchant: Merchant) -> None:
    form = merchant.form(remember_me="NO", merchant_reference="MO-9-1")
    token = merchant.store(form)["token_name"]
    assert merchant.pay(token_name=token)["response_code"] == "00088"
    assert merchant.pay(token_name=token, merchant_reference="MO-9-1")["status"] == "14"


def test_a_changed_form_is_a_signature_mismatch(merchant: Merchant) -> None:
    form = merchant.form() | {"merchant_reference": "MO-other-1"}
    assert merchant.store(form)["response_code"] == "00008"


def test_the_way_back_can_be_a_redirect_with_hidden_card(box: Sandbox, merchant: Merchant) -> None:
    box.set(return_method="get")
    status, headers, _body = merchant.submit(merchant.form(card_holder_name="Aisha"))
    back = dict(parse_qsl(urlsplit(headers["Location"]).query))
    assert (status, headers["Location"].split("?")[0]) == (303, RETURN_URL)
    assert (back["card_number"], back["expiry_date"]) == ("*" * 16, "****")
    assert is_signed(back, "demo-response-phrase")


def test_the_page_posts_back_by_an_external_script_or_a_button(merchant: Merchant) -> None:
    status, headers, body = merchant.submit(merchant.form())
    assert status == 200
    assert "form-action http://127.0.0.1:8000;" in headers["Content-Security-Policy"]
    assert '<script src="/assets/return.js" defer></script>' in body
    assert "<button>" in body
    assert VISA not in body


def test_without_return_url_there_is_nowhere_to_go(merchant: Merchant) -> None:
    status, _headers, body = merchant.submit(merchant.form(return_url=""))
    assert status == 400
    assert "00037" in body


@pytest.mark.parametrize("url", ["javascript:alert", "//evil.example/", "/orders/"])
def test_the_browser_is_sent_to_web_addresses_only(merchant: Merchant, url: str) -> None:
    assert merchant.submit(merchant.form(return_url=url))[0] == 400


@pytest.mark.parametrize(
    "body", [b"", b"%ff", b"nothing", b"a=1&a=2", b'{"service_command": "TOKENIZATION"}']
)
def test_what_is_no_form_is_refused(merchant: Merchant, body: bytes) -> None:
    status, _headers, text = merchant.submit(body)
    assert status == 400
    assert "000" in text
