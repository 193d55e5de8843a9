"""PURCHASE and AUTHORIZATION: cards choose the outcome, references are used once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from orders.sandbox.cards import (
    APPROVED,
    DECLINED,
    MOTO_BRANDS,
    TEST_CARDS,
    UNCERTAIN,
    PublishedCard,
)
from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant

CODES = {
    (APPROVED, "PURCHASE"): "14000",
    (APPROVED, "AUTHORIZATION"): "02000",
    (DECLINED, "PURCHASE"): "13666",
    (DECLINED, "AUTHORIZATION"): "03666",
    (UNCERTAIN, "PURCHASE"): "15777",
    (UNCERTAIN, "AUTHORIZATION"): "15777",
}


@pytest.mark.parametrize("command", ["PURCHASE", "AUTHORIZATION"])
@pytest.mark.parametrize("card", [card for card in TEST_CARDS if card.brand in MOTO_BRANDS])
def test_each_published_card_has_its_outcome(
    merchant: Merchant, card: PublishedCard, command: str
) -> None:
    token = merchant.box.make_token(card.number)
    paid = merchant.pay(command=command, token_name=token)
    assert paid["response_code"] == CODES[card.outcome, command]
    assert paid["status"] == paid["response_code"][:2]
    assert paid["payment_option"] == card.brand


def test_an_approval_names_the_order_and_the_card(merchant: Merchant) -> None:
    token = merchant.box.make_token(card_holder_name="Aisha Khan", expiry_date="4105")
    paid = merchant.pay(token_name=token)
    assert re.fullmatch(r"1\d{17}", paid["fort_id"])
    assert re.fullmatch(r"\d{6}", paid["authorization_code"])
    assert paid["card_number"] == "400555******0001"
    assert (paid["expiry_date"], paid["card_holder_name"]) == ("4105", "Aisha Khan")


def test_a_decline_has_no_authorization_code_and_moves_no_money(merchant: Merchant) -> None:
    paid = merchant.pay(token_name=merchant.box.make_token("4916783391760242"))
    order = merchant.box.order(paid["merchant_reference"])
    assert "authorization_code" not in paid
    assert (order.authorized, order.captured) == (0, 0)


def test_an_authorization_reserves_and_a_purchase_takes(merchant: Merchant) -> None:
    reserved = merchant.box.order(merchant.pay(command="AUTHORIZATION")["merchant_reference"])
    taken = merchant.box.order(merchant.pay()["merchant_reference"])
    assert (reserved.authorized, reserved.captured) == (10000, 0)
    assert (taken.authorized, taken.captured) == (10000, 10000)


@pytest.mark.parametrize("card", ["4005550000000001", "4916783391760242"])
def test_a_reference_is_used_once_even_if_declined(merchant: Merchant, card: str) -> None:
    fields = {"token_name": merchant.box.make_token(card), "merchant_reference": "MO-7-1"}
    merchant.pay(**fields)
    assert merchant.pay(**fields)["response_code"] == "00007"


def test_twenty_at_once_with_one_reference_charge_once(merchant: Merchant) -> None:
    message = merchant.payment()
    with ThreadPoolExecutor(20) as many:
        answers = list(many.map(merchant.send, [message] * 20))
    assert sorted(answer["response_code"] for answer in answers) == ["00007"] * 19 + ["14000"]
    assert merchant.box.count(message["merchant_reference"], "PURCHASE") == 20


def test_a_refused_reference_may_be_used_again(merchant: Merchant) -> None:
    assert merchant.pay(amount="0", merchant_reference="MO-8-1")["response_code"] == "00005"
    assert merchant.pay(merchant_reference="MO-8-1")["response_code"] == "14000"


@pytest.mark.parametrize(
    ("card", "fields", "code"),
    [
        ("5297412542005689", {}, "00049"),
        ("4215375500883243", {}, "00049"),
        ("9818950527886700002", {}, "00113"),
        ("4005550000000001", {"payment_option": "AMEX"}, "00049"),
        ("4005550000000001", {"eci": "ECOMMERCE"}, "00046"),
        ("4005550000000001", {"token_name": "never-heard-of"}, "00044"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(
    merchant: Merchant, card: str, fields: dict[str, str], code: str
) -> None:
    message = {"token_name": merchant.box.make_token(card)} | fields
    assert merchant.pay(**message)["response_code"] == code


@pytest.mark.parametrize(("amount", "code"), [("250500", "14000"), ("250505", "13666")])
def test_visa_wants_three_decimals_to_end_in_zero(
    merchant: Merchant, amount: str, code: str
) -> None:
    assert merchant.pay(amount, currency="KWD")["response_code"] == code


def test_mastercard_takes_any_third_decimal(merchant: Merchant) -> None:
    token = merchant.box.make_token("5123456789012346")
    paid = merchant.pay("250505", currency="KWD", token_name=token)
    assert paid["response_code"] == "14000"


def test_a_card_that_has_ended_since_is_declined() -> None:
    today = [datetime(2030, 5, 31, 23, 59, tzinfo=UTC)]
    with Sandbox(now=lambda: today[0]) as box:
        token = box.make_token(expiry_date="3005")
        assert Merchant(box).pay(token_name=token)["response_code"] == "14000"
        today[0] = datetime(2030, 6, 1, tzinfo=UTC)
        assert Merchant(box).pay(token_name=token)["response_code"] == "13012"


@pytest.mark.parametrize(
    ("command", "changes", "code"),
    [
        ("PURCHASE", {}, "14000"),
        ("AUTHORIZATION", {}, "00027"),
        ("PURCHASE", {"agreement_id": None}, "00046"),
        ("PURCHASE", {"customer_ip": "192.0.2.10"}, "00046"),
        ("PURCHASE", {"eci": "ECOMMERCE"}, "00046"),
    ],
)
def test_recurring_is_a_purchase_under_an_agreement(
    merchant: Merchant, command: str, changes: dict[str, str | None], code: str
) -> None:
    fields = {"eci": "RECURRING", "agreement_id": "A1042"} | changes
    kept = {name: text for name, text in fields.items() if text is not None}
    assert merchant.pay(command=command, **kept)["response_code"] == code
