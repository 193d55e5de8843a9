"""The JSON of a request, read strictly: one object, every name once, no numbers that are none."""

import json
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from orders.api.trouble import Trouble


class StrictParser(Parser):
    """Reads bodies as ``read`` does; query strings as ninja does."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        return dict(read(request))  # ninja may rearrange it


def read(request: HttpRequest) -> dict[str, Any]:
    """The object in the body, {} for no body; parsed once, because the door, the act and the
    ``Idempotency-Key`` all ask for it. Raises ``Trouble``.
    """
    if not hasattr(request, "json_read"):
        request.json_read = _parsed(request)  # type: ignore[attr-defined]
    return request.json_read  # type: ignore[attr-defined]


def _parsed(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    if request.content_type != "application/json":
        raise Trouble("not-json")
    try:
        found = json.loads(
            request.body.decode(), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        raise Trouble("malformed") from error
    if not isinstance(found, dict):
        raise Trouble("malformed")
    return found


def canonical(request: HttpRequest) -> str:
    """Method, path and body in one text, the same for every spelling of the same request."""
    body = json.dumps(read(request), sort_keys=True, separators=(",", ":"))
    return f"{request.method} {request.path}\n{body}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError("no such number")
