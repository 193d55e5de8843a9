"""What may be stored of a message."""

from hypothesis import given
from hypothesis import strategies as st

from orders.gateway import scrub
from orders.gateway.scrub import last_four

NAMES = ["signature", "access_code", "card_security_code", "card_number", "token_name", "x_new"]


def test_secrets_go_and_people_are_hidden() -> None:
    assert scrub(
        {
            "signature": "94c38afc",
            "access_code": "demoAccessCode000001",
            "card_security_code": "123",
            "3ds_url": "https://gateway.example/?token=abc",
            "card_number": "400555******0001",
            "token_name": "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "customer_name": "Layla Haddad",
            "card_holder_name": "L HADDAD",
            "customer_email": "layla@example.com",
            "phone_number": "+971501234567",
            "fort_id": "169996200000000001",
            "response_code": "14000",
        }
    ) == {
        "card_number": "************0001",
        "token_name": "0a1b…e8f9",
        "customer_name": "L***",
        "card_holder_name": "L***",
        "customer_email": "l***",
        "phone_number": "+***",
        "fort_id": "169996200000000001",
        "response_code": "14000",
    }


def test_card_number_in_any_other_field_is_hidden() -> None:
    assert scrub({"order_description": "card 4005 5500 0000 0001"}) == {
        "order_description": "(card number)"
    }


def test_short_token_and_wholly_masked_card_show_nothing() -> None:
    assert scrub({"token_name": "short", "card_number": "****************"}) == {
        "token_name": "…",
        "card_number": "****",
    }


def test_last_four_are_digits_or_nothing() -> None:
    assert last_four("400555******0001") == "0001"
    assert last_four("****************") == last_four("") == last_four("٤٤٤٤") == ""


@given(st.sampled_from(NAMES), st.sampled_from(["4005550000000001", "345678901234564"]))
def test_card_number_never_comes_through(name: str, number: str) -> None:
    assert number not in str(scrub({name: number}))
