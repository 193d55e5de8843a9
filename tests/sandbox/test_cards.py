"""Which numbers are cards, and how little of them is shown."""

import pytest

from orders.sandbox.cards import TEST_CARDS, PublishedCard, card_of, masked


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4111111111111111", "VISA"),
        ("5555555555554444", "MASTERCARD"),
        ("2223003122003222", "MASTERCARD"),
        ("378282246310005", "AMEX"),
    ],
)
def test_numbers_with_a_right_check_digit_have_a_brand(number: str, brand: str) -> None:
    card = card_of(number)
    assert card is not None
    assert (card.brand, card.outcome) == (brand, "approved")


@pytest.mark.parametrize("number", ["4111111111111112", "6011111111111117", "", "٤" * 16])
def test_other_numbers_are_no_cards(number: str) -> None:
    assert card_of(number) is None


@pytest.mark.parametrize("card", TEST_CARDS)
def test_every_published_card_is_known_by_its_number(card: PublishedCard) -> None:
    assert card_of(card.number) == card


def test_only_the_first_six_and_last_four_are_shown() -> None:
    assert masked("4005550000000001") == "400555******0001"
    assert masked("4005550001") == "*" * 10
