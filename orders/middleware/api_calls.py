"""Calls of machines: no cookie is read, and whatever refuses them says so as a problem (RFC 9457).

The pages about the API, below the same prefix, are pages like others.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from orders.problems import API, BY_STATUS, MEDIA_TYPE, problem_answer

_PAGES = (f"{API}docs", f"{API}openapi.json", f"{API}problems/")
_KEPT = ("Allow", "Retry-After")


def api_calls(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware outside of all that may refuse a request, the tripwire among them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_call(request.path):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = get_response(request)
        is_told = response.headers.get("Content-Type") == MEDIA_TYPE
        return response if response.status_code < 400 or is_told else _problem(response)

    return middleware


def is_call(path: str) -> bool:
    """Whether a machine calls, and no person looks at a page."""
    return path.startswith(API) and not path.startswith(_PAGES)


def _problem(refusal: HttpResponseBase) -> HttpResponseBase:
    """The refusal as a problem: what it says was written for people, and may repeat an address."""
    broken = "broken" if refusal.status_code >= 500 else "malformed"
    response = problem_answer(BY_STATUS.get(refusal.status_code, broken))
    for name in _KEPT:
        if name in refusal.headers:
            response[name] = refusal.headers[name]
    response._has_been_logged = getattr(refusal, "_has_been_logged", False)  # type: ignore[attr-defined]
    return response
