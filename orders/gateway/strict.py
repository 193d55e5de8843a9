"""Reading what the gateway says without guessing: bytes to text pairs, pairs to one message.

The signature has no separators, so one signed text can be cut into other names and values that
carry the same signature. Known names, full-match ASCII formats and no ``=`` inside a value leave
exactly one reading.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import NoReturn
from urllib.parse import parse_qsl

MAX_BYTES = 256 * 1024
MAX_FIELDS = 80

Pairs = Sequence[tuple[str, str]]

_NAME = re.compile(r"[a-z0-9_]{1,50}", re.ASCII)
# Half a character (a lone surrogate, which JSON can spell) is no text.
_ANY = r"[^\ud800-\udfff]*"
_TEXT = r"[^=\x00-\x1f\x7f\ud800-\udfff]{0,400}"
_REFERENCE = r"[A-Za-z0-9._-]"
_FORMATS: dict[str, str] = {
    "status": r"[0-9]{2}",
    "response_code": r"[0-9]{5}",
    "transaction_status": r"[0-9]{2}",
    "transaction_code": r"[0-9]{5}",
    "fort_id": r"[0-9]{1,20}",
    "amount": r"[0-9]{1,10}",
    "authorized_amount": r"[0-9]{1,10}",
    "captured_amount": r"[0-9]{1,10}",
    "refunded_amount": r"[0-9]{1,10}",
    "currency": r"[A-Z]{3}",
    "merchant_reference": rf"{_REFERENCE}{{1,40}}",
    "maintenance_reference": rf"{_REFERENCE}{{1,200}}",
    "signature": r"[0-9a-fA-F]{64}|[0-9a-fA-F]{128}",
}
# These decide nothing about money; their formats are asked only of messages from the open web.
_WEB_FORMATS: dict[str, str] = {
    "command": r"[A-Z_]{1,20}",
    "service_command": r"[A-Z_]{1,20}",
    "access_code": r"[A-Za-z0-9]{1,20}",
    "merchant_identifier": r"[A-Za-z0-9]{1,20}",
    "settlement_reference": rf"{_REFERENCE}{{1,34}}",
    "language": r"en|ar",
    "eci": r"[A-Z]{1,16}",
    "agreement_id": r"[A-Za-z0-9]{1,50}",
    "payment_option": r"[A-Z]{1,12}",
    "token_name": r"[A-Za-z0-9._@-]{1,100}",
    "token_status": r"[A-Z]{1,8}",
    "card_number": r"[0-9]{0,8}[*xX]{4,19}[0-9]{0,4}",
    "card_bin": r"[0-9]{6,8}|\*{1,8}",
    "card_brand": r"[A-Za-z]{1,12}",
    "expiry_date": r"[0-9]{4}|\*{1,4}",
    "remember_me": r"YES|NO",
    "customer_ip": r"[0-9A-Fa-f.:]{1,45}|\*{1,45}",
    "authorization_code": r"[A-Za-z0-9]{1,100}",
    "creation_date": r"[0-9T:+.-]{1,30}",
}


class Misread(ValueError):
    """The message has more than one reading, or none. Its text is a short machine word."""


def digest_of(raw: bytes) -> str:
    """The SHA-256 hex that names these bytes in evidence."""
    return hashlib.sha256(raw).hexdigest()


def json_pairs(raw: bytes) -> Pairs:
    """The pairs of one flat JSON object of text values. Raises ``Misread``."""
    objects: list[Pairs] = []

    def one_object(pairs: list[tuple[str, object]]) -> None:
        if not all(isinstance(value, str) for _name, value in pairs):
            raise Misread("not_text")
        objects.append([(name, str(value)) for name, value in pairs])

    try:
        json.loads(_utf8(raw), object_pairs_hook=one_object, parse_constant=_refuse_constant)
    except Misread:
        raise
    except (ValueError, RecursionError) as error:
        raise Misread("not_json") from error
    # The hook runs for inner objects first; a list or a text has left none or several.
    if len(objects) != 1 or not _utf8(raw).lstrip().startswith("{"):
        raise Misread("not_an_object")
    return objects[0]


def form_pairs(raw: bytes) -> Pairs:
    """The pairs of an ``application/x-www-form-urlencoded`` body. Raises ``Misread``."""
    try:
        return parse_qsl(
            _utf8(raw),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise Misread("not_form") from error


def message_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs as one message that has a single reading.

    Unknown names pass: APS may add parameters to its answers. Raises ``Misread``.
    """
    message: dict[str, str] = {}
    for name, value in pairs:
        if name in message:
            raise Misread("duplicate_name")
        if not _NAME.fullmatch(name):
            raise Misread("name_format")
        _check(name, value, _FORMATS)
        if "=" in value and not name.endswith("_url"):
            raise Misread("equals_sign")
        message[name] = value
    return message


def web_message_of(
    pairs: Pairs, *, names: Collection[str], return_url: str | None = None
) -> dict[str, str]:
    """As ``message_of``, for a message that anybody could have posted: only known ``names``, every
    one in its format, and ``return_url`` only if it is exactly ours. Raises ``Misread``.
    """
    if len(pairs) > MAX_FIELDS:
        raise Misread("too_many_fields")
    message = message_of(pairs)
    for name, value in message.items():
        if name == "return_url":
            if value != return_url:
                raise Misread("return_url_differs")
        elif name not in names:
            raise Misread("unknown_name")
        else:
            _check(name, value, _WEB_FORMATS, otherwise=_TEXT)
    return message


def _check(name: str, value: str, formats: dict[str, str], otherwise: str = _ANY) -> None:
    """An empty value says nothing and passes; whoever needs the value asks for it."""
    if value and not re.fullmatch(formats.get(name, otherwise), value, re.ASCII):
        raise Misread(f"{name}_format" if name in formats else "text_format")


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Misread("not_utf8") from error


def _refuse_constant(constant: str) -> NoReturn:
    raise Misread("not_text")
