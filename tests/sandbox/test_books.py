"""What is remembered over a restart, and what is never written down."""

import json
import time
from pathlib import Path

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import VISA, Merchant


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "below" / "books.sqlite3"


def test_a_restart_keeps_tokens_orders_and_totals(books: Path) -> None:
    with Sandbox(books=books) as before:
        token = before.make_token()
        reserved = Merchant(before).pay(command="AUTHORIZATION", token_name=token)
        Merchant(before).follow("CAPTURE", reserved, amount="4000")
    with Sandbox(books=books) as after:
        merchant = Merchant(after)
        assert merchant.follow("CAPTURE", reserved, amount="6001")["response_code"] == "05042"
        assert merchant.follow("REFUND", reserved, amount="4000")["response_code"] == "06000"
        again = {"merchant_reference": reserved["merchant_reference"], "token_name": token}
        assert merchant.pay(**again)["response_code"] == "00007"
        assert merchant.pay(token_name=token)["response_code"] == "14000"


def test_a_renamed_token_and_a_spent_reference_survive(books: Path) -> None:
    with Sandbox(books=books) as before:
        fields = {"merchant_reference": "MO-T1", "token_name": before.make_token()}
        message = Merchant(before).message(
            "service_command", "UPDATE_TOKEN", new_token_name="caller.7", **fields
        )
        assert Merchant(before).send(message)["status"] == "58"
    with Sandbox(books=books) as after:
        assert list(after.standin.books.tokens) == ["caller.7"]
        assert Merchant(after).pay(merchant_reference="MO-T1")["response_code"] == "00007"


def test_an_uncertain_charge_ends_after_a_restart(books: Path) -> None:
    with Sandbox(books=books, resolve_after_s=0.5) as before:
        paid = Merchant(before).pay("10960")
    with Sandbox(books=books) as after:
        end = time.monotonic() + 10
        while after.order(paid["merchant_reference"]).response_code != "14000":
            assert time.monotonic() < end
            time.sleep(0.01)


def test_no_card_number_and_no_cvv_is_kept(books: Path) -> None:
    with Sandbox(books=books) as box:
        merchant = Merchant(box)
        form = merchant.form(
            "TOKENIZATION", card_number="345678901234564", card_security_code="7391"
        )
        merchant.pay(token_name=merchant.store(form)["token_name"])
        merchant.send(merchant.payment(card_number=VISA, merchant_extra=VISA, cvv="7391"))
        written = b"".join(file.read_bytes() for file in books.parent.iterdir())
        told = json.dumps(box.requests)
    for secret in ("345678901234564", VISA, "7391"):
        assert secret not in told
        assert secret.encode() not in written
    assert "345678******4564" in told


def test_orders_of_the_past_are_taken_in(tmp_path: Path) -> None:
    card = {"card_number": "400555******0001", "brand": "VISA", "expiry_date": "4912"}
    operations = [
        {
            "command": "AUTHORIZATION",
            "amount": 5000,
            "response_code": "02000",
            "date": "2030-01-01",
        },
        {"command": "CAPTURE", "amount": 3000, "response_code": "04000", "date": "2030-01-02"},
    ]
    order = card | {
        "merchant_reference": "MO-1-1",
        "fort_id": "169996200000000001",
        "command": "AUTHORIZATION",
        "amount": 5000,
        "currency": "AED",
        "token_name": "past",
        "operations": operations,
    }
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"tokens": [card | {"token_name": "past"}], "orders": [order]}))
    with Sandbox(seed=seed) as box:
        known = Merchant(box).check("MO-1-1")
        assert (known["authorized_amount"], known["captured_amount"]) == ("5000", "3000")
        assert Merchant(box).pay(token_name="past")["response_code"] == "14000"
        assert Merchant(box).pay(merchant_reference="MO-1-1")["response_code"] == "00007"


@pytest.mark.parametrize("text", ["", "[]", '{"orders": [{}]}', '{"tokens": [{"name": 1}]}'])
def test_a_seed_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(text)
    with pytest.raises(ValueError, match="seed file"):
        Sandbox(seed=seed)
