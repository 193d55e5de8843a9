"""Money is exact: integers, ISO 4217 exponents, and a sentence for whatever is doubtful."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency

from orders import money
from orders.errors import Refused

ISO = {one.code: one.exponent for one in Currency}
# In ISO's list, and nothing a card can be charged in: units of account of funds, banks and
# indices, precious metals, and the codes for testing and for no currency.
NOT_CHARGED = set(
    "BOV CHE CHW CLF COU MXV USN UYW XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX"
    .split()
)  # fmt: skip
# No longer in ISO's list (XCG since 2025, EUR since 2026): an older order may be refunded in them.
WITHDRAWN = {"ANG": 2, "BGN": 2}

ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")
PERSIAN = str.maketrans("0123456789.,", "۰۱۲۳۴۵۶۷۸۹٫٬")
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")

currencies = st.sampled_from(sorted(money.EXPONENTS))
amounts = st.integers(1, money.MAX_MINOR)


def refusal(text: str, currency: str = "AED") -> Refused:
    """The refusal of ``text`` as an amount."""
    with pytest.raises(Refused) as caught:
        money.parse_amount(text, currency)
    return caught.value


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("125", "AED", 12_500),
        ("125.5", "AED", 12_550),
        ("125.", "AED", 12_500),
        (".05", "AED", 5),
        ("250.500", "KWD", 250_500),
        ("0.001", "KWD", 1),
        ("1000", "JPY", 1000),
        ("007", "JPY", 7),
        (" 12.00\n", "SAR", 1200),
        ("1,250.00", "USD", 125_000),
        ("12,345,678.90", "USD", 1_234_567_890),
        ("\u200f٢٥٠٫٥٠٠\u200f", "KWD", 250_500),
        ("١٬٢٥٠", "JOD", 1_250_000),
        ("١،٢٥٠", "SAR", 125_000),
        ("１２．５０", "AED", 1250),
    ],
)
def test_reads_what_people_type(text: str, currency: str, minor: int) -> None:
    assert money.parse_amount(text, currency) == minor


@given(minor=amounts, currency=currencies)
def test_what_is_shown_reads_back_as_the_same_amount(minor: int, currency: str) -> None:
    shown = money.format_amount(minor, currency)
    assert money.parse_amount(shown, currency) == minor
    assert money.parse_amount(shown.replace(",", ""), currency) == minor


@given(minor=amounts, currency=currencies, script=st.sampled_from([ARABIC, PERSIAN, WIDE]))
def test_every_script_of_digits_reads_the_same(
    minor: int, currency: str, script: dict[int, int]
) -> None:
    typed = money.format_amount(minor, currency).translate(script)
    assert money.parse_amount(typed, currency) == minor


@given(minor=amounts, currency=currencies)
def test_an_amount_shown_is_exactly_its_minor_units(minor: int, currency: str) -> None:
    shown = Decimal(money.format_amount(minor, currency).replace(",", ""))
    assert shown.scaleb(money.exponent(currency)) == minor
    assert -shown.as_tuple().exponent == money.exponent(currency)


def test_exponents_are_those_of_iso_4217() -> None:
    charged = {code: places for code, places in ISO.items() if code not in NOT_CHARGED}
    assert charged | WITHDRAWN == money.EXPONENTS


def test_nothing_is_left_out_or_kept_that_iso_decided_otherwise() -> None:
    assert set(ISO) >= NOT_CHARGED
    assert not set(ISO) & set(WITHDRAWN)


@given(minor=amounts, currency=currencies, more=st.text("0123456789", min_size=1, max_size=30))
def test_fault_48_more_decimals_than_the_currency_has_are_never_rounded(
    minor: int, currency: str, more: str
) -> None:
    places = money.exponent(currency)
    typed = money.plain(minor, places) + ("" if places else ".") + more
    refused = refusal(typed, currency)
    assert refused.code in {"amount_decimals", "amount_too_large"}
    assert refused.field == "amount"


def test_too_many_decimals_are_counted_in_the_sentence() -> None:
    assert str(refusal("12.345", "AED")) == "UAE dirham has 2 decimals. You typed 3."
    assert str(refusal("12.5", "JPY")) == "Japanese yen has no decimals."
    assert str(refusal("1.2345", "ZMW")) == "ZMW has 2 decimals. You typed 4."


@pytest.mark.parametrize("text", ["0", "0.00", "000", "٠", "-1", "-0", "-x"])
def test_zero_and_less_are_refused(text: str) -> None:
    assert refusal(text).code == "amount_zero"


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200f"])
def test_nothing_typed_asks_for_an_amount(text: str) -> None:
    assert refusal(text).code == "amount_missing"


@pytest.mark.parametrize(
    "text",
    [
        "12,50", "1,25", "1250,00", "1250,000", "1250,000.00", "1,2500", ",5", "12,345,67",
        "1.250,00", "1,250,",
        ".", "1.2.3", "1 250", "+5", "−5", "1e5", "0x10", "½", "²", "Ⅷ", "12 AED", "AED 12", "ten",
        "NaN", "inf", "1_000", "1'250", "12.5\u00a05", "5-", "(5)",
    ],
)  # fmt: skip
def test_what_is_doubtful_is_refused_with_an_example(text: str) -> None:
    refused = refusal(text, "KWD")
    assert refused.code == "amount_format"
    assert str(refused).endswith("like 125.000.")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,250", "USD", 125_000),
        ("1,250.000", "KWD", 1_250_000),
        ("1,250,000", "KWD", 10**9 + 25 * 10**7),
    ],
)
def test_a_comma_that_can_only_group_groups(text: str, currency: str, minor: int) -> None:
    assert money.parse_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["1,250", "١،٢٥٠"])
def test_a_comma_that_may_be_a_decimal_comma_is_refused(text: str) -> None:
    assert refusal(text, "KWD").code == "amount_format"


@pytest.mark.parametrize(
    ("most", "too_much", "currency"),
    [
        ("99999999.99", "100000000.00", "AED"),
        ("9999999.999", "10,000,000", "KWD"),
        ("9999999999", "10000000000", "JPY"),
    ],
)
def test_the_gateway_takes_ten_digits_and_not_eleven(
    most: str, too_much: str, currency: str
) -> None:
    assert money.parse_amount(most, currency) == money.MAX_MINOR
    refused = refusal(too_much, currency)
    assert refused.code == "amount_too_large"
    assert money.format_amount(money.MAX_MINOR, currency) in str(refused)


@pytest.mark.parametrize(("zeros", "minor"), [(9, 150), (5000, 150)])
def test_leading_zeros_do_not_make_an_amount_large(zeros: int, minor: int) -> None:
    assert money.parse_amount("0" * zeros + "1.50", "AED") == minor


@pytest.mark.parametrize("text", ["9" * 11, "9" * 5000, "9" * 5000 + ".99"])
def test_an_endless_number_is_refused_and_not_computed(text: str) -> None:
    assert refusal(text).code == "amount_too_large"


@pytest.mark.parametrize("currency", ["", "XXX", "aed", "AE", "AED ", "د.إ", "XAU"])
def test_an_unknown_currency_is_refused_at_its_own_field(currency: str) -> None:
    refused = refusal("12", currency)
    assert (refused.code, refused.field) == ("currency_unknown", "currency")
    with pytest.raises(money.UnknownCurrency):
        money.format_amount(1200, currency)


amountlike = st.text("0123456789٠١٢٫٬،.,-+ ()eE\u200f\u00a0²½", max_size=20)


@given(text=st.one_of(st.text(max_size=40), amountlike), currency=currencies)
def test_any_text_is_an_amount_or_a_sentence(text: str, currency: str) -> None:
    try:
        answer: int | str = money.parse_amount(text, currency)
    except Refused as refused:
        answer = f"{refused.field}: {refused}"
    if isinstance(answer, int):
        assert 0 < answer <= money.MAX_MINOR
    else:
        assert re.fullmatch(r"amount: [A-Z].*\.", answer)


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (250_500, "KWD", "KWD 250.500"),
        (125_000, "USD", "USD 1,250.00"),
        (5, "AED", "AED 0.05"),
        (0, "KWD", "KWD 0.000"),
        (1_000_000, "JPY", "JPY 1,000,000"),
        (-250_500, "KWD", "KWD -250.500"),
        (-5, "AED", "AED -0.05"),
        (-1_250_000, "JPY", "JPY -1,250,000"),
    ],
)
def test_amounts_are_shown_grouped_with_all_their_decimals(
    minor: int, currency: str, shown: str
) -> None:
    assert money.format_money(minor, currency) == shown


def test_a_currency_without_a_name_is_called_by_its_code() -> None:
    assert money.currency_name("ZMW") == "ZMW"
    assert money.currency_name("KWD") == "Kuwaiti dinar"
