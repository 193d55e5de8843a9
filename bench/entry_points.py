"""Every way in which text reaches the office: each address, and each place in a request.

Importing this module sets Django up: the addresses come from its own URLconf.
"""

import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")
django.setup()

from django.urls import URLPattern, URLResolver, get_resolver  # noqa: E402

from orders.middleware.request_texts import held_by  # noqa: E402

# What the pages' own forms want beside the field that is tried; so a form that gets past the door
# is one that would be stored.
FORM = {
    "name": "Layla Haddad", "email": "layla@example.com", "phone": "+971501234567",
    "address": "Street 1", "language": "en", "source": "phone", "card": "new", "currency": "AED",
    "amount": "10.00", "wants": "purchase", "charge": "1", "reason": "because",
}  # fmt: skip
FIELDS = (
    "name address city country phone email reference description note call_reference slip_number "
    "customer_search q reason typed_reference second_username purpose username login first_name "
    "fort_id next reference per_charge per_month"
).split()
ARGUMENTS = {"number": "MO-10001", "pk": "1", "what": "operation", "app_label": "orders"}
GIVEN = {"MO-10001", "1", "operation"}
Request = dict[str, Any]  # what requests.request() takes, but for the address


def addresses() -> list[str]:
    """Every address, its arguments filled in."""
    found = {f"/{path}" for path in map(_filled, _patterns(get_resolver().url_patterns))}
    return sorted(path for path in found if "/logout/" not in path)


def entries() -> list[tuple[str, str]]:
    """Every address with every way in; only some have an argument."""
    return [
        (address, way)
        for address, way in itertools.product(addresses(), WAYS)
        if way != "argument of the path" or _has_argument(address)
    ]


def is_refused(reference: str) -> bool:
    """Whether the door takes an order reference for a card number."""
    return held_by([("reference", reference)])


def request(address: str, way: str, text: str, place: int) -> tuple[str, Request]:
    """The path and the request that carry ``text``; ``place`` turns the form's fields over."""
    return WAYS[way](address, text, FIELDS[place % len(FIELDS)])


def _query(address: str, text: str, field: str) -> tuple[str, Request]:
    return f"{address}?{urlencode({field: text})}", {"method": "GET"}


def _query_name(address: str, text: str, _field: str) -> tuple[str, Request]:
    return f"{address}?{urlencode({text: 'x'})}", {"method": "GET"}


def _path(address: str, text: str, _field: str) -> tuple[str, Request]:
    return f"{address}{quote(text)}/", {"method": "GET"}


def _argument(address: str, text: str, _field: str) -> tuple[str, Request]:
    parts = address.strip("/").split("/")
    swapped = [quote(text) if part in GIVEN else part for part in parts]
    return f"/{'/'.join(swapped)}/", {"method": "POST", "data": FORM}


def _form(address: str, text: str, field: str) -> tuple[str, Request]:
    return address, {"method": "POST", "data": FORM | {field: text}}


def _form_name(address: str, text: str, _field: str) -> tuple[str, Request]:
    return address, {"method": "POST", "data": FORM | {text: "x"}}


def _json(address: str, text: str, field: str) -> tuple[str, Request]:
    return address, _body(json.dumps(FORM | {field: text}), "application/json")


def _json_inside(address: str, text: str, field: str) -> tuple[str, Request]:
    inside = {"a": [{field: {"b": text}}], text: 1}
    return address, _body(json.dumps(inside, ensure_ascii=False), "application/json")


def _json_split(address: str, text: str, field: str) -> tuple[str, Request]:
    # A cut inside an escape would leave no number.
    groups = text.split("%2520") if "%" in text else re.findall(".{1,4}", text)
    return address, _body(json.dumps(FORM | {field: groups}), "application/json")


def _plain(address: str, text: str, _field: str) -> tuple[str, Request]:
    return address, _body(text, "text/plain; charset=utf-8")


def _file_name(address: str, text: str, field: str) -> tuple[str, Request]:
    return address, {"method": "POST", "data": FORM, "files": {field: (f"{text}.txt", b"slip")}}


def _file(address: str, text: str, field: str) -> tuple[str, Request]:
    return address, {"method": "POST", "data": FORM, "files": {field: ("slip", text.encode())}}


def _cookie(address: str, text: str, _field: str) -> tuple[str, Request]:
    return address, {"method": "GET", "headers": {"Cookie": f"note={text}".encode()}}


def _header(name: str) -> Callable[[str, str, str], tuple[str, Request]]:
    def with_header(address: str, text: str, _field: str) -> tuple[str, Request]:
        return address, {"method": "GET", "headers": {name: text.encode()}}

    return with_header


WAYS: dict[str, Callable[[str, str, str], tuple[str, Request]]] = {
    "query": _query,
    "name in the query": _query_name,
    "path": _path,
    "argument of the path": _argument,
    "form": _form,
    "name in the form": _form_name,
    "JSON": _json,
    "JSON, inside": _json_inside,
    "JSON, in pieces": _json_split,
    "plain text": _plain,
    "name of a file": _file_name,
    "file": _file,
    "User-Agent": _header("User-Agent"),
    "Referer": _header("Referer"),
    "X-Request-ID": _header("X-Request-ID"),
    "X-Forwarded-For": _header("X-Forwarded-For"),
    "Accept-Language": _header("Accept-Language"),
    "cookie": _cookie,
}


def _has_argument(address: str) -> bool:
    return bool(GIVEN & set(address.split("/")))


def _body(text: str, content_type: str) -> Request:
    headers = {"Content-Type": content_type}
    return {"method": "POST", "data": text.encode(), "headers": headers}


def _patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in found:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern.url_patterns, path)
        else:
            yield path


def _filled(path: str) -> str:
    """The path with an argument in every place of one, written as a route or as an expression."""
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda found: ARGUMENTS.get(found[1], "1"), path)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ARGUMENTS.get(found[1], "1"), path)
    path = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", path)
    return re.sub(r"[\^$]", "", path)
