"""Making free text fit the alphabets of APS; what cannot fit is left out.

The tables say letters and digits; Arabic letters are accepted in practice and are kept. Accents
are taken off, digits of any script become ASCII, all else (emoji, control and direction characters,
``=``) goes. Each function returns at most ``most`` characters, or "" to leave the field out.
"""

import ipaddress
import unicodedata

_DESCRIPTION_MARKS = "'/._-#:$ "
_NAME_MARKS = "_\\/-.' "
_PHONE_MARKS = "+-() "
_ALIKE = str.maketrans(dict.fromkeys("‘’ʼ`´", "'") | dict.fromkeys("‐‑‒–—−", "-") | {"٫": "."})
_HIDDEN = frozenset({"Mn", "Me", "Cf"})
_HAMZA_AND_MADDA = "\u0653\u0654\u0655"


def fit_description(text: str, most: int) -> str:
    """Letters, digits and the marks of ``order_description``."""
    return _cut(_kept(text, _DESCRIPTION_MARKS, digits=True), most)


def fit_name(text: str, most: int) -> str:
    """Letters and the marks of ``customer_name``; no digits."""
    return _cut(_kept(text, _NAME_MARKS, digits=False), most)


def fit_phone(text: str, most: int) -> str:
    """The number in ASCII digits, or "": a number that was cut would be somebody else's."""
    phone = "".join(letter for letter in _plain(text) if letter in "0123456789" + _PHONE_MARKS)
    phone = " ".join(phone.split())
    return phone if len(phone) <= most and any(map(str.isdigit, phone)) else ""


def fit_address(text: str, most: int) -> str:
    """An IPv4 or IPv6 address as APS takes it, or "".

    IPv4-mapped IPv6 is refused by the gateway and is unmapped; so is the IPv6 loopback.
    """
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_loopback:
            return "127.0.0.1"
        address = address.ipv4_mapped or address
    shown = str(address)
    return shown if len(shown) <= most else ""


def _kept(text: str, marks: str, *, digits: bool) -> str:
    """The plain text with only letters, ``marks`` and, if wanted, digits; blanks made single."""
    letters = (
        letter if _is_letter(letter) or letter in marks or (digits and letter.isdigit()) else " "
        for letter in _plain(text)
    )
    return " ".join("".join(letters).split())


def _plain(text: str) -> str:
    """The text with ASCII digits, plain quotes and dashes, and without accents or hidden signs."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_ALIKE))
    # These signs are part of their letters: NFC puts them together again.
    kept = _shown(decomposed, but=_HAMZA_AND_MADDA)
    composed = _shown(unicodedata.normalize("NFC", kept))
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdecimal() else letter for letter in composed
    )


def _shown(text: str, but: str = "") -> str:
    """The text without accents, vowel signs and direction marks, ``but`` these."""
    return "".join(
        letter for letter in text if letter in but or unicodedata.category(letter) not in _HIDDEN
    )


def _is_letter(letter: str) -> bool:
    is_arabic = "\u0620" <= letter <= "\u06ff" and unicodedata.category(letter) in {"Lo", "Lm"}
    return is_arabic or (letter.isascii() and letter.isalpha())


def _cut(text: str, most: int) -> str:
    return text[:most].rstrip()
