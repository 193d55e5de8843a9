"""One id a request: in its log lines, its audit events and its answer."""

import ipaddress
import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from orders import origin

access_log = logging.getLogger("office.access")


def request_id(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that names the request and writes one line about it when it is answered."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        name = uuid.uuid4().hex
        origin.set_current(origin.Origin(ip=peer_address(request), request_id=name))
        started = time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-ID"] = name
            _log(request, response, time.monotonic() - started)
            return response
        finally:
            origin.set_current(origin.Origin())

    return middleware


def peer_address(request: HttpRequest) -> str:
    """The address of the person's machine, or "" when it cannot be told.

    Behind proxies it is the one that the outermost of our own proxies wrote; entries before it
    come from outside and prove nothing.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = told[-proxies].strip() if len(told) >= proxies else ""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def _log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Name the view, never the path: a path is text from outside."""
    match = request.resolver_match
    access_log.info(
        "answered",
        extra={
            "method": request.method,
            "view": match.view_name if match else "",
            "status": response.status_code,
            "ms": round(seconds * 1000),
        },
    )
