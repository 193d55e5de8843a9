"""A card number is noticed in every spelling, and few other texts are taken for one."""

import itertools
import random
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.cards import brand_of, holds_card_number, passes_luhn
from orders.sandbox.cards import TEST_CARDS
from orders.services.place import new_form_key

NUMBERS = [card.number for card in TEST_CARDS]

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
MIXED = str.maketrans("02468", "٠۲４٦۸")

every_card = pytest.mark.parametrize("number", NUMBERS)


def cut(number: str, sizes: tuple[int, ...], between: str) -> str:
    """The number in groups of these sizes, the rest in the last one."""
    ends = [end for end in itertools.accumulate(sizes) if end < len(number)]
    return between.join(number[a:b] for a, b in itertools.pairwise([0, *ends, len(number)]))


@every_card
def test_a_published_card_passes_the_check_digit(number: str) -> None:
    assert passes_luhn(number)


@given(number=st.sampled_from(NUMBERS), place=st.integers(0, 14), shift=st.integers(1, 9))
def test_one_wrong_digit_fails_the_check(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    assert not passes_luhn(number[:place] + wrong + number[place + 1 :])


@given(payload=st.text("0123456789", min_size=1, max_size=18))
def test_exactly_one_check_digit_fits(payload: str) -> None:
    assert sum(passes_luhn(payload + last) for last in "0123456789") == 1


BETWEEN = [
    "", " ", "  ", "\u00a0", "\u3000", "\t", "\n", "-", " - ", "–", "—", "‑", "−", "－", ".", "．",
    "/", "／", "_", "·", "•", "*", "+", ", ", "\u200b", "\u200d", "\u200f", "\u2060", "\ufeff",
]  # fmt: skip
SIZES = [(), (4, 4, 4), (4, 6), (6, 6), (8,), (5, 5), (2,) * 9, (1,) * 18]


@every_card
@pytest.mark.parametrize("script", [{}, ARABIC, PERSIAN, WIDE, MIXED])
def test_a_card_is_found_in_every_grouping_and_script(number: str, script: dict[int, int]) -> None:
    spellings = [cut(number, sizes, between) for sizes in SIZES for between in BETWEEN]
    assert [text for text in spellings if not holds_card_number(text.translate(script))] == []


@every_card
@pytest.mark.parametrize(
    "text",
    ["{}", "card {} exp 05/30", "{}0530", "{}05/30", "{} 05/30 123", "{}/0530/123", "{}=30051010",
     "{}123", "pan:{};", "<{}>", "№{}.", "x{}y", "(+971) {}", "5 {}", "0530 {}", "1/{}"],
)  # fmt: skip
def test_a_card_is_found_with_something_around_it(number: str, text: str) -> None:
    assert holds_card_number(text.format(number))


@given(number=st.sampled_from(NUMBERS), before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_card_is_found_in_any_text_of_words(number: str, before: str, after: str) -> None:
    """Digits that touch it make another number of it, so those are left to the test above."""
    words = "".join(letter for letter in before if not letter.isdecimal())
    assert holds_card_number(f"{words} {number} {after}")


@pytest.mark.parametrize(
    "text",
    [
        "", "4005550000000002", "400555000000", "0000000000000000", "8888888888888888",
        "0005550000000005", "1005550000000007", "400555******0001", "4005:5500:0000:0001",
        "4005x550000000001", "MO-10482-1-R1", "WEB-20418", "KWD 250.500", "1,250,000.00",
        "169700000000000001", "+971501234567", "00971 50 123 4567", "2026-11-22 10:30:15",
        "from 2026-07-03 - 2026-02-18", "21/11/2026 - 18/12/2026", "52345 2026-07-03",
    ],
)  # fmt: skip
def test_what_is_no_card_number_passes(text: str) -> None:
    assert not holds_card_number(text)


def test_the_airlines_fifteen_digits_are_a_card_number() -> None:
    assert holds_card_number("135410014004955")


@pytest.mark.parametrize(
    "text", ["4005-2026-05-07-999{}", "40055500{}-2026-05-07", "23-05-2026-0000000{}"]
)
def test_a_date_within_a_card_number_does_not_hide_it(text: str) -> None:
    numbers = [text.format(digit) for digit in "0123456789"]
    cards = [number for number in numbers if passes_luhn(number.replace("-", ""))]
    assert [holds_card_number(card) for card in cards] == [True]


chance = random.Random()


def _digits(count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def _phone() -> str:
    country, digits = chance.choice(
        [("+971", 9), ("+966", 9), ("+965", 8), ("+974", 8), ("+962", 9), ("+44", 10), ("+1", 10)]
    )
    return country + str(chance.randrange(1, 10)) + _digits(digits - 1)


def _date() -> str:
    year, month, day = (
        chance.randrange(1990, 2040),
        chance.randrange(1, 13),
        chance.randrange(1, 29),
    )
    shapes = ["{:04d}-{:02d}-{:02d}", "{:04d}/{:02d}/{:02d}", "{2:02d}.{1:02d}.{0:04d}"]
    return chance.choice(shapes).format(year, month, day)


WRITTEN: dict[str, Callable[[], str]] = {
    "our references": lambda: f"MO-{chance.randrange(10_000, 10**9)}-{chance.randrange(1, 20)}-R1",
    "references": lambda: f"{chance.choice(['WEB', 'PO', 'INV/2026', 'S'])}-{_digits(6)}",
    "telephones": _phone,
    "fort_ids": lambda: "1" + _digits(17),
    "dates": lambda: chance.choice([_date(), f"{_date()} {_date()}", f"{_date()} - {_date()}"]),
    "references and dates": lambda: f"{_digits(6)} {_date()}",
    "moments": lambda: f"{_date()}T{_digits(2)}:{_digits(2)}:{_digits(2)}.{_digits(6)}+04:00",
    "amounts": lambda: f"KWD {_digits(3)}.{_digits(3)}, AED {_digits(4)}.{_digits(2)}",
    "form keys": new_form_key,
    "last fours and expiries": lambda: f"Visa •••• {_digits(4)} 08/{_digits(2)}",
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_of_what_people_write_less_than_one_in_a_thousand_is_taken_for_a_card(kind: str) -> None:
    chance.seed(5)
    texts = [WRITTEN[kind]() for _each in range(10_000)]
    assert sum(map(holds_card_number, texts)) < 10


def test_of_random_ids_few_are_taken_for_a_card() -> None:
    """The tripwire leaves such ids out before it looks; elsewhere a mistake costs little."""
    chance.seed(5)
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _each in range(10_000)]
    assert sum(map(holds_card_number, ids)) < 50


@pytest.mark.parametrize(
    ("numbers", "brand"),
    [
        ("4 4005 400555******0001", "VISA"),
        ("51 52 53 54 55 2221 2229 223 229 23 26 270 271 2720", "MASTERCARD"),
        ("34 37 345678******4564", "AMEX"),
        ("2220 2721 273 28 50 56 30 35 36 6011 5078 9818 * 04", ""),
    ],
)
def test_a_brand_is_known_by_the_first_digits(numbers: str, brand: str) -> None:
    assert {brand_of(number) for number in numbers.split()} == {brand}


def test_no_number_has_no_brand() -> None:
    assert brand_of("") == ""
