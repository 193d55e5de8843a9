"""Headers that every answer carries, from the settings in `motooffice/headers.py`.

Outermost of all middleware, so that refusals of the others carry them too. A view that shows the
card fields is marked by `orders.views.decorators.card_page`; only its answer may name the gateway.
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
    policy = rendered(settings.SECURE_CSP)
    card_policy = rendered(with_gateway(settings.SECURE_CSP, settings.APS_PAGE_URL))

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_card_page = getattr(response, "is_card_page", False)
        response["Content-Security-Policy"] = card_policy if is_card_page else policy
        if is_card_page:
            response["Integrity-Policy"] = "blocked-destinations=(script)"
        for name, value in settings.SECURE_HEADERS.items():
            response.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            # A page about people and money must not wait in a browser's or a proxy's store.
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware


def with_gateway(policy: Policy, page_url: str) -> Policy:
    """The policy of a page whose card form is sent to the gateway at `page_url`."""
    address = urlsplit(page_url)
    origin = f"{address.scheme}://{address.netloc}"
    return policy | {"form-action": [*policy["form-action"], origin]}


def rendered(policy: Policy) -> str:
    """The header's text of a policy: directives in their order, sources separated by blanks."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in policy.items())
