"""Nothing is sent that the gateway could refuse for its form."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.gateway import FIELDS, WouldBeRefused, build
from orders.gateway.texts import fit_address, fit_description, fit_name, fit_phone

CAPTURE: dict[str, Any] = {"merchant_reference": "MO-1-1", "amount": 5000, "currency": "AED"}
ARABIC = "\u0621-\u064a\u0671-\u06d3"


def refusal(values: dict[str, Any], command: str = "CAPTURE") -> tuple[str, str]:
    with pytest.raises(WouldBeRefused) as caught:
        build(command, values)
    return caught.value.code, caught.value.field


def test_capture_is_built_as_text() -> None:
    assert build("CAPTURE", CAPTURE | {"fort_id": "169", "order_description": None}) == {
        "command": "CAPTURE",
        "merchant_reference": "MO-1-1",
        "amount": "5000",
        "currency": "AED",
        "fort_id": "169",
    }


@pytest.mark.parametrize("amount", [0, -1, 10_000_000_000, True, 12.0, "12", "12.5"])
def test_amount_is_one_to_ten_digits_of_minor_units(amount: object) -> None:
    assert refusal(CAPTURE | {"amount": amount}) == ("amount_range", "amount")


def test_largest_amount_passes() -> None:
    assert build("CAPTURE", CAPTURE | {"amount": 9_999_999_999})["amount"] == "9999999999"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("merchant_reference", "MO 1"),
        ("merchant_reference", "x" * 41),
        ("merchant_reference", "MO-١"),
        ("merchant_reference", "MO-1\n"),
        ("currency", "aed"),
        ("currency", "AEDX"),
        ("fort_id", "12a"),
        ("fort_id", "1" * 21),
        ("language", "fr"),
        ("access_code", "with blank"),
    ],
)
def test_what_must_not_be_altered_is_refused(name: str, bad: str) -> None:
    assert refusal(CAPTURE | {name: bad}) == (f"{name}_format", name)


@pytest.mark.parametrize("missing", [None, ""])
def test_missing_parameter_is_refused(missing: str | None) -> None:
    expected = ("merchant_reference_missing", "merchant_reference")
    assert refusal(CAPTURE | {"merchant_reference": missing}) == expected


def test_parameter_of_another_command_is_refused() -> None:
    assert refusal(CAPTURE | {"token_name": "abc"}) == ("parameter_unknown", "token_name")


@pytest.mark.parametrize(
    "email", ["a@b", "a b@example.com", "ä@example.com", "a@example.com ", "a" * 250 + "@ex.com"]
)
def test_odd_email_is_refused(email: str) -> None:
    assert not FIELDS["customer_email"].accepts(email)


def test_ordinary_email_passes() -> None:
    assert FIELDS["customer_email"].accepts("buyer+moto@mail.example.com")


@given(st.text(max_size=300))
def test_description_always_fits(text: str) -> None:
    fitted = fit_description(text, 150)
    assert re.fullmatch(rf"[A-Za-z0-9 '/._\-#:${ARABIC}]{{0,150}}", fitted)
    assert fitted == fitted.strip()
    assert fit_description(fitted, 150) == fitted


@given(st.text(max_size=100))
def test_name_always_fits(text: str) -> None:
    assert re.fullmatch(rf"[A-Za-z _\\/\-.'{ARABIC}]{{0,40}}", fit_name(text, 40))


@given(st.text(st.sampled_from("0123456789+-() ٠١٢٣x\u200f"), max_size=30))
def test_phone_fits_or_is_left_out(text: str) -> None:
    phone = fit_phone(text, 19)
    assert not phone or re.fullmatch(r"[0-9+() -]{1,19}", phone)


@given(st.text(max_size=300))
def test_free_text_never_stops_a_request(text: str) -> None:
    built = build("CAPTURE", CAPTURE | {"order_description": text})
    assert all(FIELDS[name].accepts(value) for name, value in built.items())
    assert "" not in built.values()


@given(st.sampled_from(["fort_id", "merchant_reference", "currency"]), st.text(min_size=1))
def test_what_must_not_be_altered_is_sent_as_it_is_or_not_at_all(name: str, text: str) -> None:
    if FIELDS[name].accepts(text):
        assert build("CAPTURE", CAPTURE | {name: text})[name] == text
    else:
        assert refusal(CAPTURE | {name: text}) == (f"{name}_format", name)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Phone order #123 - 2 seats", "Phone order #123 - 2 seats"),
        ("طلب هاتفي رقم ١٢٣", "طلب هاتفي رقم 123"),
        ("مُحَمَّد أحمد إلى آل", "محمد أحمد إلى آل"),
        ("Café “Zoë” – 5€ = 🎭", "Cafe Zoe - 5"),
        ("O’Neil\u202e\x00\tx", "O'Neil x"),
        ("席 seats", "seats"),
        ("=,;", ""),
    ],
)
def test_description_keeps_what_it_may(typed: str, sent: str) -> None:
    assert fit_description(typed, 150) == sent


def test_long_text_is_cut_and_not_left_with_a_blank() -> None:
    assert fit_description("ab cd", 3) == "ab"


def test_name_loses_its_digits() -> None:
    assert fit_name("Layla 2 Haddad", 40) == "Layla Haddad"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("+971 (50) 123-4567", "+971 (50) 123-4567"),
        ("٠٥٠١٢٣", "050123"),
        ("+971 50 123 4567 8901 2345", ""),
        ("none", ""),
        ("+", ""),
    ],
)
def test_phone_is_never_cut(typed: str, sent: str) -> None:
    assert fit_phone(typed, 19) == sent


@pytest.mark.parametrize(
    ("given_", "sent"),
    [
        ("192.0.2.10", "192.0.2.10"),
        ("::ffff:192.0.2.10", "192.0.2.10"),
        ("::1", "127.0.0.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", ""),
        ("office", ""),
    ],
)
def test_address_is_one_that_the_gateway_takes(given_: str, sent: str) -> None:
    values = {"customer_ip": given_, "eci": "MOTO", "token_name": "t", "customer_email": "a@b.co"}
    assert build("PURCHASE", CAPTURE | values).get("customer_ip", "") == sent


def test_address_that_is_too_long_is_left_out() -> None:
    assert fit_address("2001:db8::1", 5) == ""
