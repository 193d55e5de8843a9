"""Headers that every answer carries, from the settings in `motooffice/headers.py`.

Outermost of all middleware, so that refusals of the others carry them too. A view that shows the
card fields is marked by `orders.views.decorators.card_page`; only its answer may name the gateway.
A mail that is shown as HTML is marked by `mail_part` there: it may have styles, and is shut in.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Policy = dict[str, list[str]]


def security_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware that adds the content, permission and cache policies."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if is_foreign_form(request):
            # It came without our cookies; new ones would replace those of the open pages.
            response.cookies.clear()
        is_card_page = getattr(response, "is_card_page", False)
        is_mail = getattr(response, "is_mail_part", False)
        policy = settings.MAIL_CSP if is_mail else settings.SECURE_CSP
        if is_card_page:
            policy = with_gateway(policy, settings.APS_PAGE_URL)
            response["Integrity-Policy"] = "blocked-destinations=(script)"
        response["Content-Security-Policy"] = rendered(policy)
        for name, value in settings.SECURE_HEADERS.items():
            response.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            # A page about people and money must not wait in a browser's or a proxy's store.
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def is_foreign_form(request: HttpRequest) -> bool:
    """Whether a page of another site, the gateway's for one, sent a form to us."""
    foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    return foreign and request.method == "POST"


def with_gateway(policy: Policy, page_url: str) -> Policy:
    """The policy of a page whose card form is sent to the gateway at `page_url`."""
    address = urlsplit(page_url)
    origin = f"{address.scheme}://{address.netloc}"
    return policy | {"form-action": [*policy["form-action"], origin]}


def rendered(policy: Policy) -> str:
    """The header's text of a policy: directives in their order, sources separated by blanks."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())
