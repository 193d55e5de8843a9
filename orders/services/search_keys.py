"""How customers are found: the keys kept for each, and the look-up of what somebody typed.

A key is a word of the name, the email and its words, the customer's number, or the phone number:
from its end ("p" and the digits backwards), from its country code, and as written at home. Every
search is therefore a prefix look-up in one index. ``services.customers`` writes the keys.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from django.db import connection
from django.db.models import Q, QuerySet

from orders.models import Customer, SearchKey

LONGEST_KEY = 120
MOST_WORDS = 8

# Letters that people write interchangeably and that Unicode does not already decompose.
_SAME_LETTER = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك", "ـ": "", "'": ""})
_APOSTROPHES = re.compile("[’‘ʼʻ`´]")
_WORD = re.compile(r"[^\W_]+")
_PHONE = re.compile(r"[+0-9\s()./\-]*[0-9][+0-9\s()./\-]*")
_CUSTOMER_NUMBER = re.compile(r"c[\s-]?([0-9]+)")
# ITU-T E.164 country codes have one, two or three digits; all that is not listed here has three.
_COUNTRY_CODE = re.compile(r"1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}")


def fold(text: str) -> str:
    """The text without case, accents or vowel marks, alike letters made one, digits ASCII."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("'", text).casefold())
    return "".join(map(_fold_letter, plain)).translate(_SAME_LETTER)


def words(text: str) -> list[str]:
    """The words of the text as they are looked up, in order."""
    return _WORD.findall(fold(text))


def keys_of(customer: Customer) -> set[str]:
    """Every key the customer is to be found by, each at most ``LONGEST_KEY`` long."""
    email = fold(customer.email)
    number = customer.number.replace("-", "").casefold()
    keys = {number, email, *_name_keys(customer.name), *words(email.partition("@")[0])}
    if digits := customer.phone.removeprefix("+"):
        keys |= {_from_the_end(digits), digits, _COUNTRY_CODE.sub("", digits, count=1)}
    return {key[:LONGEST_KEY] for key in keys if key}


def terms(text: str) -> list[tuple[str, ...]]:
    """What must be found for the typed text: each term is one or more prefixes, any of which will
    do. The longest term comes first, because it narrows the most.
    """
    folded = fold(text).strip()
    if number := _CUSTOMER_NUMBER.fullmatch(folded):
        return [(f"c{number[1]}",)]
    parts = [folded] if _PHONE.fullmatch(folded) else folded.split()
    found = [term for part in parts for term in _terms_of(part)][:MOST_WORDS]
    return sorted(found, key=lambda term: -len(term[0]))


def matching(text: str, *, whole_words: bool = False) -> QuerySet[Customer, int]:
    """The ids of the customers whom every word of the text finds; none for an empty text.

    A word finds what begins with it, or with ``whole_words`` only what is the same.
    """
    everybody = Customer.objects.order_by().values_list("pk", flat=True)
    looked_for = terms(text)
    if not looked_for:
        return everybody.none()
    for term in looked_for:
        condition = Q(key__in=term) if whole_words else begins(term)
        keys = SearchKey.objects.filter(condition)
        everybody = everybody.filter(pk__in=keys.values("customer"))
    return everybody


def begins(prefixes: tuple[str, ...], field: str = "key") -> Q:
    """The condition that ``field`` begins with one of ``prefixes``, in a form the index serves.

    SQLite's LIKE ignores case and so cannot use an index; its plain order is by code point, so a
    range says the same. PostgreSQL orders by language, where only LIKE says it.
    """
    condition = Q()
    for prefix in prefixes:
        prefix = prefix[:LONGEST_KEY]
        if connection.vendor == "sqlite":
            condition |= Q(**{f"{field}__gte": prefix, f"{field}__lt": prefix + "\U0010ffff"})
        else:
            condition |= Q(**{f"{field}__startswith": prefix})
    return condition


def _fold_letter(letter: str) -> str:
    if letter.isdecimal():
        return str(unicodedata.digit(letter))
    category = unicodedata.category(letter)
    if category in {"Mn", "Cf"}:
        return ""
    return " " if category.startswith("C") else letter


def _name_keys(name: str) -> Iterator[str]:
    """The words, and Arabic names with their article both on and off, as people write them."""
    of_name = words(name)
    yield from of_name
    for first, second in pairwise(of_name):
        if first in {"al", "el"}:
            yield first + second
    yield from (word[2:] for word in of_name if word.startswith("ال") and len(word) > 4)


def _terms_of(part: str) -> Iterator[tuple[str, ...]]:
    if "@" in part:
        yield (part,)
    elif _PHONE.fullmatch(part):
        digits = re.sub(r"[^0-9]", "", part)
        # A leading zero is a way of dialling, but a few digits are an ending, zeros and all.
        dialled = digits.lstrip("0") or digits
        ending = dialled if len(digits) >= 7 else digits
        yield (_from_the_end(ending), dialled, f"c{digits}")
    else:
        yield from ((word,) for word in _WORD.findall(part))


def _from_the_end(digits: str) -> str:
    return "p" + digits[::-1]
