"""Whatever arrives at paymentApi is answered by one flat, signed JSON object."""

import json

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"PURCHASE"',
        b"\xff\xfe",
        b'{"command": "PURCHASE", "command": "REFUND"}',
        b'{"command": null}',
        b'{"command": {"a": 1}}',
        b'{"amount": 1.5}',
        b'{"amount": true}',
        b'{"amount": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
def test_what_is_no_flat_json_object_is_00073(merchant: Merchant, body: bytes) -> None:
    answer = json.loads(merchant.post(body))
    assert (answer["response_code"], answer["status"]) == ("00073", "00")


def test_a_message_not_called_json_is_00073(merchant: Merchant) -> None:
    body = json.dumps(merchant.payment()).encode()
    answer = json.loads(merchant.post(body, "application/x-www-form-urlencoded"))
    assert answer["response_code"] == "00073"


def test_an_amount_may_be_a_number_as_it_was_seen_to_be(merchant: Merchant) -> None:
    message = merchant.payment("24300")
    assert merchant.send(message | {"amount": 24300})["response_code"] == "14000"


def test_the_answer_echoes_what_was_asked(merchant: Merchant) -> None:
    paid = merchant.pay(order_description="Phone order #123", merchant_extra="slip 7")
    assert paid["order_description"] == "Phone order #123"
    assert paid["merchant_extra"] == "slip 7"


def test_an_apostrophe_comes_back_as_an_entity(merchant: Merchant) -> None:
    paid = merchant.pay(customer_name="O'Neil")
    assert paid["customer_name"] == "O&#39;Neil"


def test_personal_echoes_can_be_asterisks(box: Sandbox, merchant: Merchant) -> None:
    box.set(masked_echoes=True, html_escaped_echoes=False)
    paid = merchant.pay(customer_name="O'Neil", customer_email="a@b.example")
    assert (paid["customer_name"], paid["customer_email"]) == ("*" * 6, "*" * 11)


def test_arabic_is_answered_in_arabic(merchant: Merchant) -> None:
    paid = merchant.pay(language="ar", order_description="طلب هاتفي رقم ١٢٣")
    assert paid["response_message"] == "عملية ناجحة"
    assert paid["order_description"] == "طلب هاتفي رقم ١٢٣"


def test_the_language_of_answers_can_be_forced(box: Sandbox, merchant: Merchant) -> None:
    box.set(language="ar")
    assert merchant.pay()["response_message"] == "عملية ناجحة"


def test_refused_messages_can_come_back_unsigned(box: Sandbox, merchant: Merchant) -> None:
    box.set(unsigned_errors=True)
    answer = json.loads(merchant.post(b"{}"))
    assert answer["response_code"] == "00004"
    assert "signature" not in answer


def test_sha512_signs_and_verifies(merchant: Merchant) -> None:
    with Sandbox(sha_type="sha512") as box:
        paid = Merchant(box).pay()
    assert paid["response_code"] == "14000"
    assert len(paid["signature"]) == 128
