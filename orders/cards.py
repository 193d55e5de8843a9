"""What a card number looks like: the check digit, the brands, and finding one in any text.

The office never receives a card number on purpose. This module exists to notice one that arrives
by mistake, and to name the brand of a masked number.
"""

import re
import unicodedata
from collections.abc import Iterator

_BETWEEN = r"[\s.,\-_/·•*‐-―−－．／+]{1,3}"
_RUN = re.compile(rf"[0-9]+(?:{_BETWEEN}[0-9]+)*")
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
# A whole word: the four digits of a card between two dashes are no year.
_DATE = re.compile(
    rf"(?<!\S)(?:{_YEAR}([-/.]){_MONTH}\1{_DAY}|{_DAY}([-/.]){_MONTH}\2{_YEAR})(?![^\s,])"
)
BRANDS = {"VISA": "Visa", "MASTERCARD": "Mastercard", "AMEX": "American Express"}


def passes_luhn(digits: str) -> bool:
    """Whether the check digit of ``digits`` (ASCII) is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * 2 if place % 2 else int(digit)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def holds_card_number(text: str) -> bool:
    """Whether ``text`` holds 13 to 19 digits with a right check digit that an issuer could use.

    Digits of any script count, in one piece or in groups with blanks, dashes, dots or slashes
    between them, and with an expiry or a CVV glued to their end. A number that begins with 0 or 1
    is no bank's (ISO/IEC 7812-1) but the airlines' 15 digits, which keeps the gateway's own
    ``fort_id`` searchable. Dates beside other numbers are no part of one.
    """
    for run in _RUN.finditer(_DATE.sub("a date", _ascii_digits(text))):
        groups = re.findall("[0-9]+", run.group())
        if sum(map(len, groups)) >= 13 and any(map(_is_card, _joined(groups))):
            return True
    return False


def brand_of(number: str) -> str:
    """APS's name of the brand of a (masked) card number, or "" if it is none that MOTO takes."""
    if number.startswith("4"):
        return "VISA"
    if re.match(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", number):
        return "MASTERCARD"
    return "AMEX" if re.match(r"3[47]", number) else ""


def _joined(groups: list[str]) -> Iterator[str]:
    """Every run of whole neighbouring groups that is as long as a card number, and the number that
    such a run begins with when something else (an expiry, a CVV) is glued to its end.
    """
    for first in range(len(groups)):
        digits = ""
        for group in groups[first:]:
            digits += group
            if 13 <= len(digits) <= 19:
                yield digits
            if len(digits) > 15:
                yield digits[: 15 if digits.startswith(("34", "37")) else 16]
            if len(digits) > 19:
                yield digits[:19]
                break


def _is_card(digits: str) -> bool:
    issuer = digits[0] not in "01" or (digits[0] == "1" and len(digits) == 15)
    return issuer and len(set(digits)) > 1 and passes_luhn(digits)


def _ascii_digits(text: str) -> str:
    """The text with digits of every script as ASCII, and invisible characters gone."""
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter
        for letter in text
        if unicodedata.category(letter) != "Cf"
    )
