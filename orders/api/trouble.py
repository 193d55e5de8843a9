"""How refusals of the office's rules, of ninja and of the database become problems."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from orders import clock
from orders.errors import Conflict, Limited, OverCeiling, Refused
from orders.problems import BY_STATUS, problem_answer
from orders.services.api_keys import KeyRefused, TooManyRequests
from orders.services.near_duplicates import Warned

RETRY_S = 30
# Nothing can be sent now, whatever the request says (services.readiness, services.wire_room).
_NOT_NOW = {"reconcile_first", "gateway_away", "account_refused", "wire_full"}
_FIELDS = {"amount": "amount_minor", "customer_search": "customer"}
_LATER = {"day_ceiling"}


class Trouble(Exception):
    """A problem that the API itself finds, by its type in ``orders.problems``."""

    def __init__(self, name: str, detail: str = "", **more: object) -> None:
        super().__init__(name)
        self.name, self.detail, self.more = name, detail, more

    def answer(self) -> HttpResponse:
        """The problem as an answer."""
        return problem_answer(self.name, self.detail, **self.more)  # type: ignore[arg-type]


def handle(api: NinjaAPI) -> None:
    """Let ``api`` answer with problems. What none of them fits is a mistake of ours."""
    for kind, answer in _HANDLERS.items():
        api.add_exception_handler(kind, answer)


def refused(refusal: Refused) -> HttpResponse:
    """What a service would not do. Nothing was stored or sent."""
    name, detail = _name_of(refusal), str(refusal)
    more: dict[str, Any] = {}
    if isinstance(refusal, Warned):
        more = {"looks_like": _looks_like(refusal)}
        if name == "near-duplicate":
            more["seen"] = [one.key for one in refusal.found]
        else:
            detail = ""  # what staff are told would help no machine
    elif refusal.field and name == "refused":
        more = {"field": _FIELDS.get(refusal.field, refusal.field)}
    response = problem_answer(name, detail, code=refusal.code, **more)
    if isinstance(refusal, TooManyRequests):
        response["Retry-After"] = str(60 - int(clock.now().timestamp()) % 60)
    elif name in {"unavailable", "open-duplicate"}:
        response["Retry-After"] = str(RETRY_S)
    return response


def _name_of(refusal: Refused) -> str:
    if isinstance(refusal, Warned):
        return "open-duplicate" if refusal.code == "open_duplicate" else "near-duplicate"
    if isinstance(refusal, KeyRefused):
        return "not-permitted" if refusal.code == "address_refused" else "not-authenticated"
    if isinstance(refusal, OverCeiling) and refusal.code not in _LATER:
        return "not-permitted"
    if isinstance(refusal, Limited | TooManyRequests):
        return "limited"
    if refusal.code in _NOT_NOW:
        return "unavailable"
    if refusal.code == "not_permitted":
        return "not-permitted"
    if refusal.code == "idempotency_key_reused":
        return "idempotency-key-reused"
    is_conflict = isinstance(refusal, Conflict) or refusal.code == "reference_taken"
    return "conflict" if is_conflict else "refused"


def _looks_like(warned: Warned) -> list[dict[str, object]]:
    return [
        {
            "order": one.operation.order.number,
            "operation": str(one.operation),
            "status": one.operation.status,
            "is_same_customer": one.is_same_customer,
        }
        for one in warned.found
    ]


def _trouble(request: HttpRequest, found: Any) -> HttpResponse:
    answer: HttpResponse = found.answer()
    return answer


def _refused(request: HttpRequest, found: Any) -> HttpResponse:
    return refused(found)


def _not_found(request: HttpRequest, found: Any) -> HttpResponse:
    return problem_answer("not-found")


def _invalid(request: HttpRequest, found: Any) -> HttpResponse:
    """Which fields are wrong, by names of ours alone: an unknown name is not repeated."""
    errors = [{"field": _field(one), "message": _message(one)} for one in found.errors]
    return problem_answer("refused", code="invalid", errors=errors)


def _field(error: dict[str, Any]) -> str:
    path: Sequence[Any] = error["loc"]
    if error["type"] == "extra_forbidden":
        path = path[:-1]
    return ".".join(str(part) for part in path[2:] if not str(part).startswith("function"))


def _message(error: dict[str, Any]) -> str:
    return _("Unknown name.") if error["type"] == "extra_forbidden" else str(error["msg"])


def _unauthenticated(request: HttpRequest, found: Any) -> HttpResponse:
    return problem_answer("not-authenticated")


def _http(request: HttpRequest, found: Any) -> HttpResponse:
    return problem_answer(BY_STATUS.get(found.status_code, "malformed"))


def _database(request: HttpRequest, found: Any) -> HttpResponse:
    """The database did not do it, or nobody knows whether it did: asking again is safe."""
    response = problem_answer("unavailable", code="database_away")
    response["Retry-After"] = str(RETRY_S)
    return response


def _ours(request: HttpRequest, found: Any) -> HttpResponse:
    raise found


_HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    Trouble: _trouble,
    Refused: _refused,
    ValidationError: _invalid,
    AuthenticationError: _unauthenticated,
    HttpError: _http,
    Http404: _not_found,
    OperationalError: _database,
    InterfaceError: _database,
    Exception: _ours,
}
