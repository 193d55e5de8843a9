"""Every text of a request that a card number could hide in, and whether one does."""

import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

from django.conf import settings
from django.http import HttpRequest

from orders import sheets
from orders.cards import holds_card_number
from orders.errors import Refused

Field = tuple[str, str]

# Our own identifiers: random letters and digits would now and then look like a card number.
_MACHINE_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?=[0-9]*[a-f])(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}))(?![0-9A-Za-z])",
    re.IGNORECASE,
)
# The columns by which a file is known to be one (services.repeat_files).
_CHARGES = {"amount", "currency", "reference"}
_FORT_ID = re.compile(r"[0-9]{15,20}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{4,30}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Addresses, traces and stamps that machines on the way write: long and as good as random.
_MACHINE_HEADERS = {
    "HTTP_CF_CONNECTING_IP",
    "HTTP_CF_RAY",
    "HTTP_FORWARDED",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_RANGE",
    "HTTP_TRACEPARENT",
    "HTTP_TRACESTATE",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_VIA",
    "HTTP_X_AMZN_TRACE_ID",
    "HTTP_X_CLOUD_TRACE_CONTEXT",
    "HTTP_X_CORRELATION_ID",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_REAL_IP",
    "HTTP_X_REQUEST_ID",
    "HTTP_X_REQUEST_START",
}
_WHOLE_NUMBER = re.compile(r"[\d\s\-]{13,}")


def held_by(fields: Iterable[Field]) -> bool:
    """Whether any field's name or value holds a card number, in whatever spelling."""
    return any(
        _holds(name) or (not is_exempt(name, value) and _holds(value)) for name, value in fields
    )


def is_exempt(name: str, value: str) -> bool:
    """Whether the field may hold a long number: APS's own id, and numbers that ring a telephone.

    By exact name and by shape. A telephone number has at most 15 digits (ITU-T E.164), and 15
    only behind a plus: so long a card number is still noticed in a telephone field.
    """
    if name == "fort_id":
        return bool(_FORT_ID.fullmatch(value))
    if name in ("phone", "phone_number"):
        digits = sum(letter.isdecimal() for letter in value)
        most = 15 if value.strip().startswith("+") else 14
        return digits <= most and bool(_PHONE.fullmatch(value.strip()))
    return False


def path_texts(request: HttpRequest) -> Iterator[Field]:
    """The path as it was sent and as it is understood."""
    yield "", request.path


def query_texts(request: HttpRequest) -> Iterator[Field]:
    """Names and values of the query string."""
    yield from _form_fields(request.META.get("QUERY_STRING", ""))


def header_texts(request: HttpRequest) -> Iterator[Field]:
    """Values of all headers but cookies."""
    for name, value in request.META.items():
        if name.startswith("HTTP_") and name != "HTTP_COOKIE":
            text = _as_sent(str(value))
            yield from _machine_text(text) if name in _MACHINE_HEADERS else [("", text)]
    for name in ("CONTENT_TYPE", "REMOTE_USER"):
        yield "", _as_sent(str(request.META.get(name) or ""))


def cookie_texts(request: HttpRequest) -> Iterator[Field]:
    """Our cookies, and others' that are nothing but a number.

    A shop on the same domain sends its statistics cookies here too; refusing those that look like
    a card number by chance would lock its staff out for good.
    """
    ours = {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
    }
    for name, value in request.COOKIES.items():
        yield from [("", value)] if name in ours else _machine_text(unquote(value))


def body_texts(request: HttpRequest) -> Iterator[Field]:
    """Fields of the body: form, JSON, multipart with file names and contents, or plain text."""
    # Reading the body here keeps it for the views, whatever its type.
    body = request.body
    if not body:
        return
    if request.content_type == "multipart/form-data":
        yield from _multipart_fields(request)
        return
    text = body.decode(_charset(request), errors="replace")
    if request.content_type == "application/x-www-form-urlencoded":
        yield from _form_fields(text)
        return
    try:
        yield from _json_fields("", json.loads(text))
    except (ValueError, RecursionError):
        yield "", text


PARTS: dict[str, Callable[[HttpRequest], Iterator[Field]]] = {
    "path": path_texts,
    "query": query_texts,
    "headers": header_texts,
    "cookies": cookie_texts,
    "body": body_texts,
}


def _as_sent(value: str) -> str:
    """The header as its sender meant it: WSGI reads every byte as a letter of its own (PEP 3333),
    which hides digits of other scripts.
    """
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _machine_text(text: str) -> Iterator[Field]:
    """The text if it is a number as people write one, else nothing."""
    if _WHOLE_NUMBER.fullmatch(text.strip()):
        yield "", text


def _charset(request: HttpRequest) -> str:
    """The body's character set, where Python knows it."""
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        "".encode(charset)
    except (LookupError, UnicodeError):
        return "utf-8"
    return charset


def _form_fields(text: str) -> Iterator[Field]:
    yield from parse_qsl(text, keep_blank_values=True, errors="replace")


def _multipart_fields(request: HttpRequest) -> Iterator[Field]:
    for name, values in request.POST.lists():
        yield from ((name, str(value)) for value in values)
    for name, files in request.FILES.lists():
        for file in files:
            yield name, file.name or ""
            yield name, str(file.content_type)
            yield from ((name, text) for text in _file_texts(file.read()))
            file.seek(0)


def _file_texts(data: bytes) -> Iterator[str]:
    """The cells of a table of charges, one by one: side by side, references and amounts look like a
    card number now and then. Any other file as a whole.
    """
    try:
        if sheets.names(data) >= _CHARGES:
            yield from sheets.cells(data)
            return
    except Refused:
        pass
    yield data.decode("utf-8", errors="replace")


def _json_fields(name: str, value: Any) -> Iterator[Field]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, ""
            yield from _json_fields(key, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_fields(name, inner)
    elif value is not None:
        yield name, str(value)


def _holds(text: str) -> bool:
    if len(text) < 13:
        return False
    return any(holds_card_number(form) for form in _readings(text))


def _readings(text: str) -> Iterator[str]:
    """The text as sent, and with each layer of escapes taken off, in one spelling of digits."""
    for _layer in range(3):
        yield _MACHINE_ID.sub(" ", _CONTROL.sub("", unicodedata.normalize("NFKC", text)))
        plainer = html.unescape(unquote_plus(unquote(text)))
        if plainer == text:
            return
        text = plainer
