"""The tripwire: a request that holds a card number is refused, counted, and never logged.

It stands before everything that parses, stores or writes about a request. The fields of the card
form have no way here; what trips is a card number typed or pasted into another field.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from orders import counters
from orders.middleware.request_texts import PARTS, held_by
from orders.services import audit

PUBLIC_BODY_BYTES = 65_536
FILES_PATH = "/repeat/new/"
COUNTER = counters.CARD_NUMBERS
_EVENT_EVERY_S = 600
log = logging.getLogger(__name__)


def tripwire(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that lets only requests without a card number, and of sane size, through."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if _length(request) > _limit(request):
            return _too_large()
        try:
            part = next((name for name, texts in PARTS.items() if held_by(texts(request))), "")
        except RequestDataTooBig:
            return _too_large()
        except (MultiPartParserError, UnreadablePostError):
            return _refusal(request)
        if part:
            _count(part)
            return _refusal(request)
        return get_response(request)

    return middleware


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _limit(request: HttpRequest) -> int:
    """Bytes a body may have: little for strangers, more for somebody who holds a session, and most
    where a file is taken.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return PUBLIC_BODY_BYTES
    is_file = request.path == FILES_PATH
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE if is_file else settings.FORM_BODY_BYTES)


def _count(part: str) -> None:
    """Count the refusal; tell the audit trail, but not so often that strangers could fill it."""
    try:
        refused_today = counters.count(COUNTER)
        if counters.first_in(COUNTER, _EVENT_EVERY_S):
            audit.record_account(COUNTER, part=part, refused_today=refused_today)
    except DatabaseError:
        log.exception("a refused card number could not be counted")
    log.warning("card number refused", extra={"part": part})


def _refusal(request: HttpRequest) -> HttpResponse:
    # The address of the request may be what holds the number: the page must not repeat it.
    with translation.override(translation.get_language_from_request(request)):
        return _unlogged(render(request, "400.html", {"come_back": "/"}, status=400))


def _too_large() -> HttpResponse:
    text = _("This request is too large. Nothing was saved.")
    return _unlogged(HttpResponse(text, status=413, content_type="text/plain; charset=utf-8"))


def _unlogged(response: HttpResponse) -> HttpResponse:
    """Keep Django from writing its own line about the refusal: it would hold the path."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
