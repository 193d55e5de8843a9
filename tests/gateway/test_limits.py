"""What APS will refuse is said before sending."""

from typing import Any

import pytest

from orders.gateway import would_refuse
from orders.gateway.limits import THREE_DECIMALS
from orders.money import EXPONENTS, MAX_MINOR

FINE: dict[str, Any] = {
    "amount_minor": 250_500,
    "currency": "KWD",
    "payment_option": "VISA",
    "expiry": "2605",
    "today": "2605",
}


def test_ordinary_charge_is_not_refused() -> None:
    assert would_refuse(**FINE) == []


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"payment_option": "MADA"}, "brand_not_moto", "payment_option"),
        ({"amount_minor": 250_505}, "visa_last_digit", "amount"),
        ({"amount_minor": MAX_MINOR + 11}, "amount_range", "amount"),
        ({"amount_minor": 0}, "amount_range", "amount"),
        ({"expiry": "2604"}, "card_ended", "expiry_date"),
        ({"currency": "kwd"}, "currency_format", "currency"),
    ],
)
def test_known_reason_is_named(changed: dict[str, Any], code: str, field: str) -> None:
    assert [(no.code, no.field) for no in would_refuse(**FINE | changed)] == [(code, field)]


def test_every_reason_is_told_at_once() -> None:
    refusals = would_refuse(**FINE | {"amount_minor": MAX_MINOR * 10 + 5, "expiry": "2001"})
    assert [no.code for no in refusals] == ["amount_range", "visa_last_digit", "card_ended"]


@pytest.mark.parametrize(
    "changed",
    [
        {"payment_option": "MASTERCARD", "amount_minor": 250_505},
        {"currency": "AED", "amount_minor": 250_505},
        {"payment_option": "", "amount_minor": 250_505},
        {"payment_option": None, "amount_minor": 250_505},
        {"expiry": None},
        {"expiry": "", "today": None},
    ],
)
def test_what_is_not_known_is_not_held_against_a_charge(changed: dict[str, Any]) -> None:
    assert would_refuse(**FINE | changed) == []


def test_currencies_of_three_decimals_are_those_of_the_office() -> None:
    assert {code for code, places in EXPONENTS.items() if places == 3} == THREE_DECIMALS
