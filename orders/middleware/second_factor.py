"""Staff without a second factor reach only the pages where they set one up."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from orders.accounts import FACTORS

# All that is needed to set up a factor, or to leave.
OPEN_VIEWS = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "account_logout",
    "account_reauthenticate",
    "set_language",
    "healthz",
    "readyz",
    "metrics",
}


class SecondFactor:
    """Middleware; `process_view` because only then is it known which page was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Send to enrolment whoever still has to enrol."""
        if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
            return None
        match = request.resolver_match
        if (match and match.view_name in OPEN_VIEWS) or not getattr(view, "login_required", True):
            return None
        if get_adapter().is_mfa_enabled(request.user, FACTORS):
            return None
        return HttpResponseRedirect(reverse("mfa_activate_totp"))
