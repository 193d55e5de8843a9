"""Card numbers that no bank issued, twelve ways to write one, and finding one in any bytes."""

import re
from collections.abc import Callable, Iterable
from random import Random
from urllib.parse import quote, unquote_to_bytes

# Published test ranges of the schemes, and how long their numbers are.
TEST_RANGES = {"411111": 16, "400555": 16, "555555": 16, "222300": 16, "378282": 15, "422222": 16}
LAYERS = 5  # of percent signs that are taken off
SCRIPTS = {"wide": "０１２３４５６７８９", "arabic": "٠١٢٣٤٥٦٧٨٩", "persian": "۰۱۲۳۴۵۶۷۸۹"}


def card_numbers(number: int, chance: Random) -> list[str]:
    """So many different numbers whose check digit is right."""
    found: dict[str, None] = {}
    while len(found) < number:
        start, length = chance.choice(sorted(TEST_RANGES.items()))
        body = start + "".join(chance.choices("0123456789", k=length - len(start) - 1))
        found[body + check_digit(body)] = None
    return list(found)


def check_digit(body: str) -> str:
    """The last digit of a number that begins with ``body`` (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * 2 for digit in body[::-1][::2]]
    total = sum(map(int, body[::-1][1::2])) + sum(value - 9 * (value > 9) for value in doubled)
    return str(-total % 10)


def in_script(text: str, script: str) -> str:
    """The text with digits of another script."""
    return text.translate(str.maketrans("0123456789", SCRIPTS[script]))


def grouped(number: str, between: str) -> str:
    """The number in groups, as cards show it."""
    sizes = (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4)
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return between.join(
        number[start : start + size] for start, size in zip(starts, sizes, strict=True)
    )


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "blanks": lambda number: grouped(number, " "),
    "dashes": lambda number: grouped(number, "-"),
    "dots": lambda number: grouped(number, "."),
    "full-width": lambda number: in_script(number, "wide"),
    "Arabic-Indic": lambda number: in_script(number, "arabic"),
    "Persian": lambda number: in_script(grouped(number, " "), "persian"),
    "no-break spaces": lambda number: grouped(number, "\u00a0"),
    "thin spaces": lambda number: grouped(number, "\u2009"),
    "mixed": lambda number: in_script(number[:8], "arabic") + "-" + in_script(number[8:], "wide"),
    "text around": lambda number: f"the caller said {number}, valid to 12/29.",
    "URL-encoded": lambda number: quote(quote(grouped(number, " "))),
}


def found_in(data: bytes, numbers: Iterable[str]) -> list[str]:
    """Those of ``numbers`` that stand in the bytes, in whatever spelling.

    Digits of every script, also as JSON or HTML escapes or read in the wrong alphabet, become
    ASCII; all else goes, so that nothing between the groups can hide a number.
    """
    readings = [data]
    while len(readings) < LAYERS and (plainer := unquote_to_bytes(data)) != data:
        data = plainer
        readings.append(data)
    streams = [_digits(reading) for reading in readings]
    return [number for number in numbers if any(number.encode() in one for one in streams)]


def _digits(data: bytes) -> bytes:
    if not data.isascii() or b"\\" in data or b"&#" in data:
        for spelled, digit in _SPELLED:
            data = data.replace(spelled, digit)
        data = _ESCAPE.sub(b"", data)
    return data.translate(None, _NO_DIGITS)


def _spelled(letter: str) -> set[bytes]:
    """How programs write one digit of another script."""
    utf8 = letter.encode()
    return {
        utf8,
        utf8.decode("latin-1").encode(),
        f"\\u{ord(letter):04x}".encode(),
        f"&#{ord(letter)};".encode(),
    }


# Other escapes, as JSON, HTML and Python write them, have digits that are nobody's.
_ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]+;")
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_SPELLED = [
    (spelled, str(digit).encode())
    for letters in SCRIPTS.values()
    for digit, letter in enumerate(letters)
    for spelled in sorted(_spelled(letter))
]
