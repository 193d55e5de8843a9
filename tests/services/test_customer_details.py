"""The one form in which a customer's details are kept."""

import pytest

from orders.services.customer_details import normalise_phone, tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("00971 50 765 4321", "+971507654321"),
        ("+971 (0)50-765.4321", "+971507654321"),
        ("٠٠٩٧١٥٠٧٦٥٤٣٢١", "+971507654321"),
        ("＋４４ 20 7946 0000", "+442079460000"),
        ("", ""),
    ],
)
def test_phone_numbers_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normalise_phone(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Aisha \t Rahman ", "Aisha Rahman"),
        ("Aisha\u202e\x00Rahman", "Aisha Rahman"),
        ("👩\u200d🍳 Aïsha", "👩\u200d🍳 Aïsha"),
        ("\u200f", ""),
    ],
)
def test_text_is_kept_without_what_cannot_be_seen(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
