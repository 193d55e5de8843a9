"""Amounts in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import money
from orders.services.words import UNITS, amount_in_words


@pytest.mark.parametrize(
    ("amount_minor", "currency", "said"),
    [
        (250_500, "KWD", "two hundred and fifty Kuwaiti dinars and five hundred fils"),
        (125_000, "AED", "one thousand two hundred and fifty UAE dirhams"),
        (101, "USD", "one US dollar and one cent"),
        (5, "SAR", "five halalas"),
        (100_100, "USD", "one thousand and one US dollars"),
        (999_999_999, "USD", ("nine million nine hundred and ninety-nine thousand nine "
         "hundred and ninety-nine US dollars and ninety-nine cents")),
        (1_250, "EUR", "twelve EUR and 50/100"),
        (1_250, "JPY", "one thousand two hundred and fifty JPY"),
    ],
)  # fmt: skip
def test_english_says_what_the_figures_say(amount_minor: int, currency: str, said: str) -> None:
    assert amount_in_words(amount_minor, currency, "en") == said


@pytest.mark.parametrize(
    ("amount_minor", "currency", "said"),
    [
        (250_500, "KWD", "مئتان وخمسون دينارًا وخمسمئة فلس"),
        (1_000, "KWD", "دينار واحد"),
        (2_002, "KWD", "ديناران وفلسان"),
        (3_000, "KWD", "ثلاثة دنانير"),
        (200_000, "KWD", "مئتا دينار"),
        (101_000, "KWD", "مئة دينار ودينار واحد"),
        (1_100, "SAR", "أحد عشر ريالًا"),
        (303, "SAR", "ثلاثة ريالات وثلاث هللات"),
        (12, "SAR", "اثنتا عشرة هللة"),
        (2_500_000, "AED", "خمسة وعشرون ألف درهم"),
        (1_250, "EUR", "اثنا عشر EUR و50/100"),
    ],
)
def test_arabic_inflects_what_is_counted(amount_minor: int, currency: str, said: str) -> None:
    assert amount_in_words(amount_minor, currency, "ar") == said


@given(
    st.integers(1, money.MAX_MINOR), st.sampled_from(sorted(UNITS)), st.sampled_from(["en", "ar"])
)
def test_every_amount_can_be_said(amount_minor: int, currency: str, language: str) -> None:
    said = amount_in_words(amount_minor, currency, language)
    assert said
    assert not any(letter.isdigit() for letter in said)


def test_two_amounts_never_sound_alike() -> None:
    for language in ("en", "ar"):
        said = [amount_in_words(minor, "KWD", language) for minor in range(1, 30_000, 7)]
        assert len(set(said)) == len(said)


def test_unknown_currency_is_refused() -> None:
    with pytest.raises(money.UnknownCurrency):
        amount_in_words(1, "XXX", "en")
