"""An amount in words, as it is read back to a caller: in English and in Arabic.

The numbers are spelled here; the forms of the currencies' names are in ``UNITS``. A currency that
is not listed keeps its code, and its decimals are said as a fraction ("and 500/1000").
"""

from typing import NamedTuple

from orders import money


class Noun(NamedTuple):
    """The forms of a counted Arabic noun, and its gender."""

    one: str
    two: str
    few: str  # after 3 to 10
    many: str  # after 11 to 99
    is_feminine: bool = False


class Unit(NamedTuple):
    """A unit of money: one, several, and the Arabic noun."""

    one: str
    several: str
    arabic: Noun


_DINAR = Noun("دينار", "ديناران", "دنانير", "دينارًا")
_DIRHAM = Noun("درهم", "درهمان", "دراهم", "درهمًا")
_RIYAL = Noun("ريال", "ريالان", "ريالات", "ريالًا")
_DOLLAR = Noun("دولار", "دولاران", "دولارات", "دولارًا")
_FILS = Unit("fils", "fils", Noun("فلس", "فلسان", "فلوس", "فلسًا"))
_HALALA = Unit("halala", "halalas", Noun("هللة", "هللتان", "هللات", "هللة", is_feminine=True))
_CENT = Unit("cent", "cents", Noun("سنت", "سنتان", "سنتات", "سنتًا"))

UNITS = {
    "AED": (Unit("UAE dirham", "UAE dirhams", _DIRHAM), _FILS),
    "BHD": (Unit("Bahraini dinar", "Bahraini dinars", _DINAR), _FILS),
    "JOD": (Unit("Jordanian dinar", "Jordanian dinars", _DINAR), _FILS),
    "KWD": (Unit("Kuwaiti dinar", "Kuwaiti dinars", _DINAR), _FILS),
    "SAR": (Unit("Saudi riyal", "Saudi riyals", _RIYAL), _HALALA),
    "USD": (Unit("US dollar", "US dollars", _DOLLAR), _CENT),
}

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))

_MASCULINE = [
    "صفر",
    "واحد",
    "اثنان",
    "ثلاثة",
    "أربعة",
    "خمسة",
    "ستة",
    "سبعة",
    "ثمانية",
    "تسعة",
    "عشرة",
]
_FEMININE = ["صفر", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع", "عشر"]
_TENS_AR = ["-", "-", "عشرون", "ثلاثون", "أربعون", "خمسون", "ستون", "سبعون", "ثمانون", "تسعون"]
_HUNDREDS_AR = [
    "-",
    "مئة",
    "مئتان",
    "ثلاثمئة",
    "أربعمئة",
    "خمسمئة",
    "ستمئة",
    "سبعمئة",
    "ثمانمئة",
    "تسعمئة",
]
_SCALES_AR = (
    (10**9, Noun("مليار", "ملياران", "مليارات", "مليارًا")),
    (10**6, Noun("مليون", "مليونان", "ملايين", "مليونًا")),
    (1000, Noun("ألف", "ألفان", "آلاف", "ألفًا")),
)


def amount_in_words(amount_minor: int, currency: str, language: str) -> str:
    """The amount spelled out in ``language`` ("ar", else English), its first letter small.

    ``amount_minor`` is in minor units and not negative. Raises ``money.UnknownCurrency``.
    """
    places = money.exponent(currency)
    whole, part = divmod(amount_minor, 10**places)
    is_arabic = language == "ar"
    units = UNITS.get(currency)
    if units is None:
        spelled = f"{_arabic(whole) if is_arabic else _english(whole)} {currency}"
        fraction = f"{part:0{places}d}/{10**places}"
        return _joined([spelled, fraction] if part else [spelled], is_arabic)
    said = []
    for number, unit in zip((whole, part), units, strict=True):
        if number or (unit is units[0] and not part):
            said.append(_counted(number, unit.arabic) if is_arabic else _english_of(number, unit))
    return _joined(said, is_arabic)


def _joined(said: list[str], is_arabic: bool) -> str:
    return (" و" if is_arabic else " and ").join(said)


def _english_of(number: int, unit: Unit) -> str:
    return f"{_english(number)} {unit.one if number == 1 else unit.several}"


def _english(number: int) -> str:
    for size, name in _SCALES:
        if number >= size:
            count, rest = divmod(number, size)
            joint = " and " if rest < 100 else " "
            return f"{_english(count)} {name}" + (joint + _english(rest) if rest else "")
    if number >= 100:
        count, rest = divmod(number, 100)
        return f"{_SMALL[count]} hundred" + (f" and {_english(rest)}" if rest else "")
    if number >= 20:
        tens, rest = divmod(number, 10)
        return _TENS[tens] + (f"-{_SMALL[rest]}" if rest else "")
    return _SMALL[number]


def _counted(number: int, noun: Noun) -> str:
    """The number with its noun, which Arabic inflects by the last two digits: a thousand and one
    dinars are "ألف دينار ودينار واحد".
    """
    if number == 1:
        return f"{noun.one} {'واحدة' if noun.is_feminine else 'واحد'}"
    if number == 2:
        return noun.two
    last = number % 100
    if last in (1, 2):
        return f"{_before_noun(number - last)} {noun.one} و{_counted(last, noun)}"
    form = noun.few if 3 <= last <= 10 else noun.many if last else noun.one
    return f"{_before_noun(number, noun.is_feminine)} {form}"


def _before_noun(number: int, is_feminine: bool = False) -> str:
    """The number as it stands before a noun, where a dual loses its last letter (مئتا دينار) and
    a thousand its ending (خمسة وعشرون ألف دينار).
    """
    spelled = _arabic(number, is_feminine)
    if spelled.endswith(("مئتان", "ألفان", "مليونان", "ملياران")):
        return spelled[:-1]
    return spelled.removesuffix("ًا")


def _arabic(number: int, is_feminine: bool = False) -> str:
    said = []
    for size, scale in _SCALES_AR:
        count, number = divmod(number, size)
        if count:
            said.append(scale.one if count == 1 else _counted(count, scale))
    if number >= 100:
        said.append(_HUNDREDS_AR[number // 100])
        number %= 100
    if number or not said:
        said.append(_below_hundred(number, is_feminine))
    return " و".join(said)


def _below_hundred(number: int, is_feminine: bool) -> str:
    units = _FEMININE if is_feminine else _MASCULINE
    if number <= 10:
        return units[number]
    ones, tens = number % 10, number // 10
    if tens > 1:
        return f"{units[ones]} و{_TENS_AR[tens]}" if ones else _TENS_AR[tens]
    ten = "عشرة" if is_feminine else "عشر"
    if ones == 1:
        return f"{'إحدى' if is_feminine else 'أحد'} {ten}"
    if ones == 2:
        return f"{'اثنتا' if is_feminine else 'اثنا'} {ten}"
    return f"{units[ones]} {ten}"
