"""What may follow a payment: captures, voids and refunds within the totals; questions always."""

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant

Paid = dict[str, str]


@pytest.fixture
def reserved(merchant: Merchant) -> Paid:
    return merchant.pay(command="AUTHORIZATION")


@pytest.fixture
def taken(merchant: Merchant) -> Paid:
    return merchant.pay()


def test_a_reservation_is_captured_in_parts_up_to_its_amount(
    merchant: Merchant, reserved: Paid
) -> None:
    assert merchant.follow("CAPTURE", reserved, amount="4000")["response_code"] == "04000"
    assert merchant.follow("CAPTURE", reserved, amount="6001")["response_code"] == "05042"
    assert merchant.follow("CAPTURE", reserved, amount="6000")["response_code"] == "04000"
    assert merchant.follow("CAPTURE", reserved, amount="1")["response_code"] == "05042"


def test_a_reservation_is_voided_once(merchant: Merchant, reserved: Paid) -> None:
    assert merchant.follow("VOID_AUTHORIZATION", reserved)["response_code"] == "08000"
    assert merchant.follow("VOID_AUTHORIZATION", reserved)["response_code"] == "09047"
    assert merchant.follow("CAPTURE", reserved)["response_code"] == "05034"


def test_a_void_may_name_amount_and_currency(merchant: Merchant, reserved: Paid) -> None:
    named = {"amount": "10000", "currency": "AED"}
    assert merchant.follow("VOID_AUTHORIZATION", reserved, **named)["response_code"] == "08000"


def test_nothing_is_voided_after_a_capture(merchant: Merchant, reserved: Paid) -> None:
    merchant.follow("CAPTURE", reserved, amount="1")
    assert merchant.follow("VOID_AUTHORIZATION", reserved)["response_code"] == "09034"


def test_a_purchase_is_neither_captured_nor_voided(merchant: Merchant, taken: Paid) -> None:
    assert merchant.follow("CAPTURE", taken)["response_code"] == "05034"
    assert merchant.follow("VOID_AUTHORIZATION", taken)["response_code"] == "09034"


def test_refunds_use_up_what_was_taken(merchant: Merchant, taken: Paid) -> None:
    first = merchant.follow("REFUND", taken, amount="2500", maintenance_reference="MO-1-R1")
    assert (first["response_code"], first["maintenance_reference"]) == ("06000", "MO-1-R1")
    assert merchant.follow("REFUND", taken, amount="7501")["response_code"] == "07048"
    assert merchant.follow("REFUND", taken, amount="7500")["response_code"] == "06000"
    assert merchant.follow("REFUND", taken, amount="1")["response_code"] == "00773"


def test_a_reservation_is_not_refunded(merchant: Merchant, reserved: Paid) -> None:
    assert merchant.follow("REFUND", reserved)["response_code"] == "07034"


def test_a_repeated_maintenance_reference_refunds_again(merchant: Merchant, taken: Paid) -> None:
    """The guide promises no protection here, so there is none to rely on."""
    for _ in range(2):
        merchant.follow("REFUND", taken, amount="100", maintenance_reference="MO-1-R1")
    assert merchant.box.order(taken["merchant_reference"]).refunded == 200


def test_the_currency_is_that_of_the_payment(merchant: Merchant, taken: Paid) -> None:
    assert merchant.follow("REFUND", taken, currency="USD")["response_code"] == "07013"


def test_an_order_is_found_by_fort_id_alone(merchant: Merchant, taken: Paid) -> None:
    message = merchant.message(
        "command", "REFUND", fort_id=taken["fort_id"], amount="1", currency="AED"
    )
    assert merchant.send(message)["merchant_reference"] == taken["merchant_reference"]


def test_reference_and_fort_id_must_name_one_order(merchant: Merchant, taken: Paid) -> None:
    other = merchant.pay()
    assert merchant.follow("REFUND", taken, fort_id=other["fort_id"])["response_code"] == "00036"


def test_refusals_can_come_before_processing(box: Sandbox, merchant: Merchant, taken: Paid) -> None:
    box.set(plain_refusals=True)
    assert merchant.follow("REFUND", taken, amount="10001")["response_code"] == "00048"


def test_a_question_tells_the_last_operation_and_the_totals(
    merchant: Merchant, taken: Paid
) -> None:
    merchant.follow("REFUND", taken, amount="2500")
    known = merchant.check(taken["merchant_reference"], return_third_party_response_codes="YES")
    assert (known["transaction_code"], known["transaction_status"]) == ("06000", "06")
    totals = [known[f"{kind}_amount"] for kind in ("authorized", "captured", "refunded")]
    assert totals == ["10000", "10000", "2500"]
    assert known["processor_response_code"] == "00"
    assert "command" not in known


def test_a_failed_refund_is_told_as_the_last_operation(merchant: Merchant, taken: Paid) -> None:
    merchant.follow("REFUND", taken, amount="10001")
    known = merchant.check(taken["merchant_reference"])
    assert (known["transaction_code"], known["refunded_amount"]) == ("07048", "0")


@pytest.mark.parametrize("code", ["12036", "11036", "00036"])
def test_an_unknown_order_is_not_found(box: Sandbox, merchant: Merchant, code: str) -> None:
    box.set(not_found_code=code)
    unknown = merchant.check("MO-0-0")
    assert (unknown["response_code"], unknown["status"]) == (code, code[:2])
    assert "fort_id" not in unknown


@pytest.mark.parametrize("command", ["CAPTURE", "VOID_AUTHORIZATION", "REFUND"])
def test_the_next_act_on_one_charge_meets_what_was_planned_for_it_once(
    box: Sandbox, merchant: Merchant, command: str
) -> None:
    pay = "PURCHASE" if command == "REFUND" else "AUTHORIZATION"
    planned, other = merchant.pay(command=pay), merchant.pay(command=pay)
    box.standin.plan_next(planned["merchant_reference"], "820")
    assert merchant.follow(command, other)["response_code"][2:] == "000"
    assert merchant.follow(command, planned)["response_code"][2:] == "666"
    assert merchant.follow(command, planned)["response_code"][2:] == "000"


def test_what_was_planned_can_be_taken_back(box: Sandbox, merchant: Merchant, taken: Paid) -> None:
    box.standin.plan_next(taken["merchant_reference"], "820")
    box.standin.plan_next(taken["merchant_reference"], "")
    assert merchant.follow("REFUND", taken, amount="100")["response_code"] == "06000"


def test_a_planned_loss_comes_before_the_act_and_the_next_one_is_done(
    box: Sandbox, merchant: Merchant, reserved: Paid
) -> None:
    box.standin.plan_next(reserved["merchant_reference"], "930")
    with pytest.raises(ConnectionError):
        merchant.follow("VOID_AUTHORIZATION", reserved)
    assert not box.order(reserved["merchant_reference"]).voided
    assert merchant.follow("VOID_AUTHORIZATION", reserved)["response_code"] == "08000"


@pytest.mark.parametrize("command", ["CAPTURE", "VOID_AUTHORIZATION", "REFUND"])
def test_of_an_act_that_is_seen_late_a_question_tells_what_was_before(
    box: Sandbox, merchant: Merchant, command: str
) -> None:
    paid = merchant.pay(command="PURCHASE" if command == "REFUND" else "AUTHORIZATION")
    before = merchant.check(paid["merchant_reference"])
    box.standin.plan_next(paid["merchant_reference"], "780")
    with pytest.raises(ConnectionError):
        merchant.follow(command, paid)
    told = ("transaction_code", "authorized_amount", "captured_amount", "refunded_amount")
    after = merchant.check(paid["merchant_reference"])
    assert [after[name] for name in told] == [before[name] for name in told]
    box.order(paid["merchant_reference"]).shown.until = 0.0
    seen = merchant.check(paid["merchant_reference"])
    done = {"CAPTURE": "04000", "VOID_AUTHORIZATION": "08000", "REFUND": "06000"}
    assert seen["transaction_code"] == done[command]
