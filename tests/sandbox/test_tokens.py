"""UPDATE_TOKEN: a stored card changes, sleeps and wakes."""

import itertools

import pytest

from tests.sandbox.merchant import Merchant

_numbers = itertools.count(1)


def update(merchant: Merchant, token: str, **fields: str) -> dict[str, str]:
    values = {"merchant_reference": f"MO-T{next(_numbers)}", "token_name": token} | fields
    return merchant.send(merchant.message("service_command", "UPDATE_TOKEN", **values))


def test_an_inactive_token_does_not_pay_until_it_is_active(merchant: Merchant) -> None:
    token = merchant.box.make_token()
    ended = update(merchant, token, token_status="INACTIVE")
    assert (ended["response_code"], ended["token_status"]) == ("58000", "INACTIVE")
    assert merchant.pay(token_name=token)["response_code"] == "00044"
    update(merchant, token, token_status="ACTIVE")
    assert merchant.pay(token_name=token)["response_code"] == "14000"


def test_a_renewed_card_is_described(merchant: Merchant) -> None:
    token = merchant.box.make_token()
    answer = update(merchant, token, expiry_date="4801", card_holder_name="New Name")
    assert (answer["expiry_date"], answer["card_brand"]) == ("4801", "VISA")
    assert (answer["card_number"], answer["card_bin"]) == ("400555******0001", "400555")
    assert merchant.pay(token_name=token)["card_holder_name"] == "New Name"


def test_a_renamed_token_is_known_by_its_new_name_only(merchant: Merchant) -> None:
    token = merchant.box.make_token()
    assert update(merchant, token, new_token_name="caller.7")["status"] == "58"
    assert merchant.pay(token_name=token)["response_code"] == "00044"
    assert merchant.pay(token_name="caller.7")["response_code"] == "14000"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"token_name": "never-heard-of"}, "00044"),
        ({"expiry_date": "4913"}, "59100"),
        ({"expiry_date": "2001"}, "59012"),
        ({"new_token_name": "taken"}, "59114"),
        ({"token_status": "ASLEEP"}, "00033"),
    ],
)
def test_a_wrong_update_changes_nothing(
    merchant: Merchant, fields: dict[str, str], code: str
) -> None:
    token = merchant.box.make_token()
    merchant.box.make_token(token_name="taken")
    assert update(merchant, token, **fields)["response_code"] == code
    assert merchant.pay(token_name=token)["response_code"] == "14000"


def test_the_reference_of_an_update_is_used_once(merchant: Merchant) -> None:
    token = merchant.box.make_token()
    update(merchant, token, merchant_reference="MO-once")
    again = update(merchant, token, merchant_reference="MO-once")
    assert again["response_code"] == "00066"
    assert merchant.pay(merchant_reference="MO-once")["response_code"] == "00007"
