"""What the API answers when it does not do what it was asked: RFC 9457, application/problem+json.

``type`` is a relative address that never changes and names one of ``PROBLEMS``; ``code`` is the
finer word of the office's own rules, ``detail`` a sentence for people. Nothing that was sent is
repeated.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"
API = "/api/v1/"


@dataclass(frozen=True)
class Problem:
    """A type of problem: its HTTP status, its title, and what the caller should do."""

    status: HTTPStatus
    title: Promise
    advice: Promise


PROBLEMS: dict[str, Problem] = {
    "malformed": Problem(
        HTTPStatus.BAD_REQUEST,
        _("The request cannot be read"),
        _("Send one JSON object, every name once. A request with a card number ends here too."),
    ),
    "idempotency-key-needed": Problem(
        HTTPStatus.BAD_REQUEST,
        _("An Idempotency-Key is needed"),
        _("Send a new UUID for every act, and the same one when you ask again."),
    ),
    "not-authenticated": Problem(
        HTTPStatus.UNAUTHORIZED,
        _("The API key opens nothing"),
        _("Send a living key as Authorization: Bearer."),
    ),
    "not-permitted": Problem(
        HTTPStatus.FORBIDDEN,
        _("The API key may not do this"),
        _("Ask an administrator of the office for the scope, the address or the ceiling."),
    ),
    "not-found": Problem(
        HTTPStatus.NOT_FOUND,
        _("Nothing is there"),
        _("Look at the number. What the key may not see is not there for it."),
    ),
    "method-not-allowed": Problem(
        HTTPStatus.METHOD_NOT_ALLOWED,
        _("This address takes another method"),
        _("The Allow header names those that it takes."),
    ),
    "conflict": Problem(
        HTTPStatus.CONFLICT,
        _("Something else was first"),
        _("Nothing was sent. Read the order and decide anew."),
    ),
    "idempotency-key-reused": Problem(
        HTTPStatus.CONFLICT,
        _("The Idempotency-Key asked for something else before"),
        _("Nothing was done. Use a new one for a new act."),
    ),
    "near-duplicate": Problem(
        HTTPStatus.CONFLICT,
        _("It looks like a charge that was made already"),
        _(
            "Look at the orders under looks_like. To charge all the same, ask with a new "
            "Idempotency-Key and a near_duplicate with your reason and the keys under seen."
        ),
    ),
    "open-duplicate": Problem(
        HTTPStatus.CONFLICT,
        _("A payment of this customer is not known yet"),
        _(
            "Nothing was sent, and no reason lets an API key pass. The office asks the gateway by "
            "itself: ask again later, with the same Idempotency-Key. Who cannot wait asks a "
            "supervisor of the office to charge."
        ),
    ),
    "too-large": Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("The request is too large"),
        _("A request has at most 64 kB."),
    ),
    "not-json": Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("The request is no JSON"),
        _("Send Content-Type: application/json."),
    ),
    "refused": Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        _("The request cannot be done as it stands"),
        _("Nothing was stored or sent. field or errors say what to correct."),
    ),
    "limited": Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        _("A limit is reached"),
        _("Nothing was stored or sent. code says which limit; wait, do not press on."),
    ),
    "broken": Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("The office made a mistake"),
        _("Ask again with the same Idempotency-Key: nothing is charged twice."),
    ),
    "unavailable": Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Not now"),
        _("Ask again later, with the same Idempotency-Key."),
    ),
}
# The first one of each status stands for what nobody named.
BY_STATUS = {int(problem.status): name for name, problem in reversed(PROBLEMS.items())}


def problem_answer(name: str, detail: str = "", *, code: str = "", **more: object) -> HttpResponse:
    """The answer about a problem of type ``name``. ``more`` are further members, fit for JSON."""
    problem = PROBLEMS[name]
    body = {
        "type": f"{API}problems/{name}",
        "title": str(problem.title),
        "status": int(problem.status),
        "detail": detail or str(problem.advice),
        "code": code or name.replace("-", "_"),
        **more,
    }
    response = HttpResponse(json.dumps(body), content_type=MEDIA_TYPE, status=problem.status)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="MotoOffice"'
    return response
