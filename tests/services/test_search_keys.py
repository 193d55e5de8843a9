"""The words customers are found by."""

import pytest

from orders.services.search_keys import fold, keys_of, terms, words
from tests.factories import CustomerFactory


@pytest.mark.parametrize(
    ("written", "looked_up"),
    [
        ("Aïsha RAHMAN", ["aisha", "rahman"]),
        ("O’Brien-Smith", ["obrien", "smith"]),
        ("أحمد آل مُكتوم", ["احمد", "ال", "مكتوم"]),
        ("فاطمة الهاشمى", ["فاطمه", "الهاشمي"]),
        ("محمــد", ["محمد"]),
        ("Straße ١٢", ["strasse", "12"]),
        ("🎉 = \x00 _", []),
    ],
)
def test_words_are_folded_until_spellings_agree(written: str, looked_up: list[str]) -> None:
    assert words(written) == looked_up


def test_folding_twice_changes_nothing() -> None:
    assert fold(fold("Ünal ﷺ ﻻ İstanbul")) == fold("Ünal ﷺ ﻻ İstanbul")


def test_a_customer_has_keys_for_name_email_number_and_phone() -> None:
    customer = CustomerFactory.build(
        pk=42, name="Huda Al-Nasser", email="h.nasser@example.com", phone="+971507654321"
    )
    assert keys_of(customer) == {
        *("huda", "al", "nasser", "alnasser", "h", "c1042", "h.nasser@example.com"),
        *("p123456705179", "971507654321", "507654321"),
    }


def test_an_arabic_name_is_kept_with_its_article_and_without() -> None:
    customer = CustomerFactory.build(pk=1, name="الحداد", email="", phone="")
    assert keys_of(customer) == {"الحداد", "حداد", "c1001"}


@pytest.mark.parametrize(
    ("typed", "prefixes"),
    [
        ("+971 50-765 4321", ("p123456705179", "971507654321", "c971507654321")),
        ("00971507654321", ("p123456705179", "971507654321", "c00971507654321")),
        ("050 765 4321", ("p123456705", "507654321", "c0507654321")),
        ("٤٣٢١", ("p1234", "4321", "c4321")),
        ("0432", ("p2340", "432", "c0432")),
    ],
)
def test_a_phone_number_is_looked_up_however_it_is_dialled(
    typed: str, prefixes: tuple[str, ...]
) -> None:
    assert terms(typed) == [prefixes]


def test_the_longest_term_is_looked_up_first() -> None:
    assert terms("Al Rahman") == [("rahman",), ("al",)]


def test_a_customer_number_is_one_term() -> None:
    assert terms("C-1042") == terms("c 1042") == [("c1042",)]


def test_an_email_is_one_term() -> None:
    assert terms("H.Nasser@exa") == [("h.nasser@exa",)]


@pytest.mark.parametrize("typed", ["", "   ", "=", "🎉", "+", "()", "\x00"])
def test_text_without_a_letter_or_digit_looks_for_nothing(typed: str) -> None:
    assert terms(typed) == []


def test_endless_text_is_cut_to_a_few_terms() -> None:
    assert len(terms("word " * 2_000)) == 8
