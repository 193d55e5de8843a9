"""Lets the services tell sessions apart: nobody approves what was asked for in their own one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from orders import origin


def session_origin(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that adds a keyed digest of the session's key to the origin of the act."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        key = request.session.session_key if request.user.is_authenticated else ""
        if key:
            origin.set_session(salted_hmac("orders.origin", key, algorithm="sha256").hexdigest())
        return get_response(request)

    return middleware
