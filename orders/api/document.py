"""The OpenAPI document: ninja's own, with problems as what they are, and Idempotency-Keys."""

from typing import Any

from ninja import NinjaAPI, Schema

from orders.api.keys import ApiKeyAuth
from orders.api.told import ProblemTold
from orders.problems import API, MEDIA_TYPE

_READ_PROBLEMS = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)
_ACT_PROBLEMS = (*_READ_PROBLEMS, 409, 415)
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "A new UUID for every act. The same one and the same body: the same answer; "
    "months later, how the act stands by then. It is never done twice. What was refused did "
    "nothing; its key belongs to its body all the same, and asking again does it, if it can be "
    "done by then.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
}


def answers(told: type[Schema]) -> dict[Any, Any]:
    """What a reading address may answer."""
    return {200: told} | dict.fromkeys(_READ_PROBLEMS, ProblemTold)


def act_answers(told: type[Schema], *statuses: int) -> dict[Any, Any]:
    """What an act may answer: 201 once it is over, 202 while it has to be asked for again."""
    return dict.fromkeys(statuses or (201, 202), told) | dict.fromkeys(_ACT_PROBLEMS, ProblemTold)


def needs(scope: str) -> dict[str, Any]:
    """That a call needs ``scope``, for the guard of its door and for the document at once."""
    return {"auth": ApiKeyAuth(scope), "openapi_extra": {"x-scope": scope}}


def document(api: NinjaAPI) -> dict[str, Any]:
    """The whole document, fit for JSON."""
    found: dict[str, Any] = api.get_openapi_schema(path_prefix=API)
    for path in found["paths"].values():
        for method, operation in path.items():
            if method == "post":
                operation["parameters"].append(_KEY)
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return found
