"""Amounts whose last digits ask for the unusual."""

import json
import time
import urllib.error
from http.client import RemoteDisconnected

import pytest

from orders.sandbox.amounts import UNUSUAL, unusual
from orders.sandbox.server import Sandbox
from orders.sandbox.signing import is_signed
from tests.sandbox.merchant import Merchant

WAIT_S = 10.0


@pytest.fixture
def box() -> Sandbox:
    with Sandbox(time_scale=0.01) as running:
        yield running


def until(box: Sandbox, reference: str, code: str) -> None:
    """Wait until an uncertain order has ended."""
    end = time.monotonic() + WAIT_S
    while box.order(reference).response_code != code:
        assert time.monotonic() < end
        time.sleep(0.01)


def raw_answer(merchant: Merchant, message: dict[str, str]) -> dict[str, str]:
    return json.loads(merchant.post(json.dumps(message).encode()))


def test_all_digits_end_in_zero_for_visas_sake() -> None:
    assert all(case.digits[-1] == "0" and len(case.digits) == 3 for case in UNUSUAL)
    assert len({case.digits for case in UNUSUAL}) == len(UNUSUAL)


@pytest.mark.parametrize("amount", ["10000", "19900", "9950", "250500", "4990"])
def test_ordinary_prices_are_ordinary(amount: str) -> None:
    assert unusual(amount) is None


@pytest.mark.parametrize(
    ("amount", "code"),
    [("10810", "13029"), ("10820", "13666"), ("10770", "13012"), ("10730", "13006")],
)
def test_declines_take_nothing(merchant: Merchant, amount: str, code: str) -> None:
    paid = merchant.pay(amount)
    assert paid["response_code"] == code
    assert merchant.check(paid["merchant_reference"])["captured_amount"] == "0"


@pytest.mark.parametrize("amount", ["10920", "10780", "10760"])
def test_the_money_is_taken_and_the_line_goes_dead(merchant: Merchant, amount: str) -> None:
    message = merchant.payment(amount)
    with pytest.raises(RemoteDisconnected):
        merchant.send(message)
    assert merchant.box.order(message["merchant_reference"]).captured == int(amount)


@pytest.mark.parametrize("amount", ["10780", "10760"])
def test_an_order_may_be_unseen_for_a_while(merchant: Merchant, amount: str) -> None:
    merchant.box.set(time_scale=1000.0)
    message = merchant.payment(amount)
    with pytest.raises(RemoteDisconnected):
        merchant.send(message)
    assert merchant.check(message["merchant_reference"])["response_code"] == "12036"
    merchant.box.order(message["merchant_reference"]).unseen_until = 0.0
    assert merchant.check(message["merchant_reference"])["transaction_code"] == "14000"


@pytest.mark.parametrize(
    ("amount", "error"), [("10930", RemoteDisconnected), ("10710", urllib.error.HTTPError)]
)
def test_nothing_taken_and_the_same_reference_works_again(
    merchant: Merchant, amount: str, error: type[Exception]
) -> None:
    message = merchant.payment(amount)
    with pytest.raises(error) as failed:
        merchant.send(message)
    getattr(failed.value, "close", lambda: None)()
    assert merchant.check(message["merchant_reference"])["response_code"] == "12036"
    assert merchant.send(message)["response_code"] == "14000"


def test_a_request_that_was_held_up_is_carried_out_when_it_arrives(merchant: Merchant) -> None:
    message = merchant.payment("10640")
    with pytest.raises(RemoteDisconnected):
        merchant.send(message)
    reference = message["merchant_reference"]
    end = time.monotonic() + WAIT_S
    while merchant.box.order(reference) is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert merchant.check(reference)["transaction_code"] == "14000"
    assert merchant.box.count(reference, "PURCHASE") == 1


def test_a_request_that_arrives_after_its_repetition_charges_nothing(merchant: Merchant) -> None:
    merchant.box.set(time_scale=0.002)
    message = merchant.payment("10640")
    with pytest.raises(RemoteDisconnected):
        merchant.send(message)
    assert merchant.send(message)["response_code"] == "14000"
    time.sleep(1)
    assert len(merchant.box.order(message["merchant_reference"]).operations) == 1


def test_the_money_is_taken_and_http_500_answers(merchant: Merchant) -> None:
    message = merchant.payment("10970")
    with pytest.raises(urllib.error.HTTPError) as failed:
        merchant.send(message)
    failed.value.close()
    assert failed.value.code == 500
    assert merchant.check(message["merchant_reference"])["captured_amount"] == "10970"


def test_the_money_is_taken_and_html_answers(merchant: Merchant) -> None:
    message = merchant.payment("10720")
    assert merchant.post(json.dumps(message).encode()).startswith(b"<h1>")
    assert merchant.box.order(message["merchant_reference"]).captured == 10720


@pytest.mark.parametrize("amount", ["10910", "10980"])
def test_slow_answers_are_right_in_the_end(merchant: Merchant, amount: str) -> None:
    assert merchant.pay(amount)["response_code"] == "14000"


def test_an_answer_may_be_badly_signed(merchant: Merchant) -> None:
    answer = raw_answer(merchant, merchant.payment("10830"))
    assert answer["response_code"] == "14000"
    assert not is_signed(answer, "demo-response-phrase")


def test_an_answer_may_name_another_amount(merchant: Merchant) -> None:
    paid = merchant.pay("10840")
    assert (paid["response_code"], paid["amount"]) == ("14000", "10940")
    assert merchant.box.order(paid["merchant_reference"]).captured == 10840


def test_a_technical_problem_may_hide_a_charge(merchant: Merchant) -> None:
    paid = merchant.pay("10860")
    assert (paid["response_code"], paid["status"]) == ("00006", "00")
    assert merchant.check(paid["merchant_reference"])["transaction_code"] == "14000"


def test_3d_secure_is_asked_and_nothing_taken(merchant: Merchant) -> None:
    paid = merchant.pay("10880")
    assert (paid["response_code"], paid["status"]) == ("20064", "20")
    assert "3ds_url" in paid


@pytest.mark.parametrize(
    ("amount", "ends", "taken"), [("10960", "14000", 10960), ("10870", "13666", 0)]
)
def test_an_uncertain_charge_ends(merchant: Merchant, amount: str, ends: str, taken: int) -> None:
    paid = merchant.pay(amount)
    assert (paid["response_code"], paid["status"]) == ("15777", "15")
    until(merchant.box, paid["merchant_reference"], ends)
    assert merchant.box.order(paid["merchant_reference"]).captured == taken


def test_an_uncertain_charge_may_stay_so_and_blocks_what_follows(merchant: Merchant) -> None:
    paid = merchant.pay("10940")
    assert merchant.check(paid["merchant_reference"])["transaction_code"] == "15777"
    assert merchant.follow("REFUND", paid)["response_code"] == "00784"


@pytest.mark.parametrize(("ends", "code"), [("success", "14000"), ("decline", "13666")])
def test_uncertain_cards_end_as_the_switch_says(merchant: Merchant, ends: str, code: str) -> None:
    merchant.box.set(uncertain_cards=ends)
    paid = merchant.pay(token_name=merchant.box.make_token("4556437649762022"))
    until(merchant.box, paid["merchant_reference"], code)


@pytest.mark.parametrize(
    ("command", "code"),
    [("CAPTURE", "05029"), ("REFUND", "07029"), ("VOID_AUTHORIZATION", "09029")],
)
def test_what_follows_a_charge_can_be_unusual_too(
    merchant: Merchant, command: str, code: str
) -> None:
    kind = "PURCHASE" if command == "REFUND" else "AUTHORIZATION"
    paid = merchant.pay(command=kind)
    merchant.box.set(force="810")
    assert merchant.follow(command, paid)["response_code"] == code


def test_an_uncertain_refund_ends_in_a_refund(merchant: Merchant) -> None:
    paid = merchant.pay("20000")
    assert merchant.follow("REFUND", paid, amount="10960")["response_code"] == "15777"
    until(merchant.box, paid["merchant_reference"], "06000")
    assert merchant.box.order(paid["merchant_reference"]).refunded == 10960


def test_a_dropped_refund_was_made_only_if_the_table_says_so(merchant: Merchant) -> None:
    paid = merchant.pay("50000")
    for amount in ("10920", "10930"):
        with pytest.raises(RemoteDisconnected):
            merchant.follow("REFUND", paid, amount=amount)
    assert merchant.box.order(paid["merchant_reference"]).refunded == 10920
    assert merchant.follow("REFUND", paid, amount="10930")["response_code"] == "06000"


def test_ordinary_prices_are_left_alone() -> None:
    assert not [one.digits for one in UNUSUAL if one.digits.endswith(("00", "50", "90"))]
