"""How the office writes its log: one JSON object a line, and nothing in it that must not be kept.

The formatter scrubs the finished text, because a card number or a phrase can arrive in a message,
in an argument, or inside the text of somebody else's exception.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from orders import origin
from orders.cards import holds_card_number

CARD_NUMBER = "[card number]"
REMOVED = "[removed]"
SECRET_SETTINGS = (
    "APS_SHA_REQUEST_PHRASE",
    "APS_SHA_RESPONSE_PHRASE",
    "APS_ACCESS_CODE",
    "SECRET_KEY",
    "AUDIT_KEY",
    "SECOND_FACTOR_KEY",
    "EMAIL_HOST_PASSWORD",
)
_LONG_NUMBER = re.compile(r"\d(?:[\s.,\-_/·•*‐-―+]{0,3}\d){12,}")
_SECRET_FIELD = re.compile(
    r"""(?P<name>["']?\b(?:signature|access_code|token_name|new_token_name|card_security_code
    |cvv2?|cvc2?|csc|password\d?|csrfmiddlewaretoken|authorization|cookie|set-cookie
    |sha_(?:request|response)_phrase|phrase|secret)\b["']?\s*(?:[:=]|=>)\s*)
    (?P<value>"[^"]*"|'[^']*'|[^\s"'&,;}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
# PostgreSQL quotes the values, or the whole row, that it refuses; they may hold anything.
_QUOTED_ROW = re.compile(
    r"\b(?P<name>DETAIL:\s).*?(?=\n\n(?:The above exception|During handling)|</|\Z)", re.DOTALL
)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def scrub(text: str) -> str:
    """The text without card numbers, and without values of fields and settings that are secret."""
    for name in SECRET_SETTINGS:
        value = str(getattr(settings, name, ""))
        if len(value) >= 8:
            text = text.replace(value, REMOVED)
    text = _QUOTED_ROW.sub(lambda found: found["name"] + REMOVED, text)
    text = _SECRET_FIELD.sub(lambda found: found["name"] + REMOVED, text)
    return _LONG_NUMBER.sub(_without_card_number, text)


class JsonFormatter(logging.Formatter):
    """One line a record: at, level, logger, message, request_id, extras, exception."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if request_id := origin.current().request_id:
            line["request_id"] = request_id
        line |= _extras(record)
        if record.exc_info:
            line["exception"] = scrub(self.formatException(record.exc_info))
        # ASCII only: line breaks and writing-direction marks cannot forge a second line.
        return json.dumps(line, ensure_ascii=True)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """Plain values that the caller added; objects, such as requests, are left out."""
    extras: dict[str, Any] = {}
    for name, value in vars(record).items():
        if name in _STANDARD or name.startswith("_"):
            continue
        if isinstance(value, str):
            extras[name] = scrub(value)
        elif isinstance(value, (bool, int, float)) or value is None:
            extras[name] = value
    return extras


def _without_card_number(found: re.Match[str]) -> str:
    return CARD_NUMBER if holds_card_number(found.group()) else found.group()
