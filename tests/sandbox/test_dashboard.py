"""What happens at the gateway without a request of the merchant's: books and notifications."""

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant


def test_a_refund_of_the_back_office_moves_the_books_and_is_told(
    box: Sandbox, merchant: Merchant
) -> None:
    paid = merchant.pay()
    told = box.act("REFUND", paid["merchant_reference"], 2_500)
    known = merchant.check(paid["merchant_reference"])
    assert (told["response_code"], told["amount"]) == ("06000", "2500")
    assert "maintenance_reference" not in told
    assert (known["transaction_code"], known["refunded_amount"]) == ("06000", "2500")


def test_a_reservation_lapses_silently_and_is_told_as_voided(
    box: Sandbox, merchant: Merchant
) -> None:
    held = merchant.pay(command="AUTHORIZATION")
    box.lapse(held["merchant_reference"])
    known = merchant.check(held["merchant_reference"])
    assert (known["transaction_code"], known["captured_amount"]) == ("08000", "0")
    assert merchant.follow("CAPTURE", held)["response_code"] == "05034"


def test_a_refund_is_taken_back_by_the_bank(box: Sandbox, merchant: Merchant) -> None:
    paid = merchant.pay()
    merchant.follow("REFUND", paid, amount="2500", maintenance_reference="MO-1-R1")
    told = box.reverse(paid["merchant_reference"], "MO-1-R1")
    known = merchant.check(paid["merchant_reference"])
    assert (told["response_code"], told["maintenance_reference"]) == ("07666", "MO-1-R1")
    assert (known["transaction_code"], known["refunded_amount"]) == ("07666", "0")


def test_only_a_refund_that_was_made_is_taken_back_and_once(
    box: Sandbox, merchant: Merchant
) -> None:
    paid = merchant.pay()
    merchant.follow("REFUND", paid, amount="2500", maintenance_reference="MO-1-R2")
    box.reverse(paid["merchant_reference"], "MO-1-R2")
    with pytest.raises(LookupError):
        box.reverse(paid["merchant_reference"], "MO-1-R2")
    with pytest.raises(LookupError):
        box.reverse(paid["merchant_reference"], "MO-1-R1")


def test_an_account_may_deliver_no_totals(box: Sandbox, merchant: Merchant) -> None:
    paid = merchant.pay()
    box.set(totals=False)
    known = merchant.check(paid["merchant_reference"])
    assert known["transaction_code"] == "14000"
    assert not {"authorized_amount", "captured_amount", "refunded_amount"} & known.keys()
