"""Ends a session after 15 minutes without a person's act, and after ten hours in any case.

Requests that a page sends by itself say so (`X-Requested-By: poll`) and keep nothing alive.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from orders import clock, typed_work
from orders.models import Staff
from orders.services import audit

STARTED = "session_started"
LAST_ACT = "last_act"
_WRITE_EVERY_S = 30


def idle_limit(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that signs out whoever has been away, and sends them to sign in again."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return get_response(request)
        moment = int(clock.now().timestamp())
        why = _ended(request.session, moment)
        if why:
            return _sign_out(request, why)
        if not is_poll(request):
            _note_act(request.session, moment)
        return get_response(request)

    return middleware


def is_poll(request: HttpRequest) -> bool:
    """Whether the page asked by itself, without anybody there."""
    return request.headers.get("X-Requested-By") == "poll"


def _ended(session: Any, moment: int) -> str:
    if moment - session.get(STARTED, moment) >= settings.ABSOLUTE_SESSION_S:
        return "too_long"
    return "idle" if moment - session.get(LAST_ACT, moment) >= settings.IDLE_LIMIT_S else ""


def _note_act(session: Any, moment: int) -> None:
    """Remember the act, but not at every click: a session is a row that must be written."""
    session.setdefault(STARTED, moment)
    if moment - session.get(LAST_ACT, 0) >= min(_WRITE_EVERY_S, settings.IDLE_LIMIT_S // 2):
        session[LAST_ACT] = moment


def _sign_out(request: HttpRequest, why: str) -> HttpResponse:
    person = request.user
    if isinstance(person, Staff):
        audit.record_account("session_ended", actor=person, reason=why)
    typed_by = person.pk
    logout(request)
    if is_poll(request):
        return HttpResponse(status=401)
    if request.method == "POST" and typed_by:
        typed_work.keep(request.session, typed_by, request)
    messages.warning(
        request,
        _("You were signed out because nobody used this page for a while. Nothing was charged.")
        if why == "idle"
        else _("You were signed out because the session became too long. Nothing was charged."),
    )
    query = urlencode({"next": _page_of(request)})
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")


def _page_of(request: HttpRequest) -> str:
    """The page to return to: this one, or the one whose form was sent."""
    if request.method == "GET":
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    is_ours = page.netloc == request.get_host() and page.path
    return urlunsplit(("", "", page.path, page.query, "")) if is_ours else "/"
