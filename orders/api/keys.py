"""Who calls: a bearer key with the scope that the address asks for. No cookie counts here."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from orders import origin
from orders.api.body import read
from orders.api.trouble import Trouble
from orders.models import ApiKey, Staff
from orders.services.api_keys import admit, count


class ApiKeyAuth(HttpBearer):
    """A living API key that has ``scope``. Its row is ``request.auth``."""

    openapi_bearerFormat = "moto_…"  # noqa: N815  the name of the OpenAPI document

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        """The key's row. What is wrong with the request besides is said only to who may call."""
        key = admit(token, origin.current().ip)
        request.uncounted = key  # type: ignore[attr-defined]
        if self.scope not in key.scopes:
            detail = _("This API key lacks the scope %(scope)s.") % {"scope": self.scope}
            raise Trouble("not-permitted", detail, code="scope_missing")
        if any(len(values) > 1 for _name, values in request.GET.lists()):
            raise Trouble("malformed")
        if request.method == "POST":
            read(request)  # and an act is counted as it is noted
        else:
            count_once(request)
        return key


def count_once(request: HttpRequest) -> None:
    """Count the call, unless it was counted. Raises ``TooManyRequests``."""
    if key := to_count(request):
        count(key)


def to_count(request: HttpRequest) -> ApiKey | None:
    """The key of a call that the caller counts now, None where it was counted or not let in."""
    key, request.uncounted = getattr(request, "uncounted", None), None  # type: ignore[attr-defined]
    return key


def key_of(request: HttpRequest) -> ApiKey:
    """The key of a call that was let in."""
    return request.auth  # type: ignore[attr-defined]


def actor_of(request: HttpRequest) -> Staff:
    """The account that acts, and that the trail names."""
    return key_of(request).staff
