"""The pages about the API, for people who signed in: its document, and the same to read."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from orders.api.document import document
from orders.api.v1 import api
from orders.problems import PROBLEMS
from orders.services.api_scopes import SCOPES

SAMPLE = """curl %s/api/v1/orders \\
  -H "Authorization: Bearer $MOTO_KEY" \\
  -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" \\
  -d '{"customer": "C-1042", "card": 7, "amount_minor": 12500, "currency": "AED"}'"""


@dataclass(frozen=True)
class Call:
    """One call as the page shows it. ``fields`` are those of the query, the body and the answer."""

    method: str
    path: str
    summary: str
    description: str
    scope: str
    query: list["Field"]
    body: list["Field"]
    answer: list["Field"]


@dataclass(frozen=True)
class Field:
    """A name, what may stand there, and what it means."""

    name: str
    kind: str
    description: str
    is_required: bool


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document, in English whoever reads it."""
    with override("en"):
        return JsonResponse(document(api))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document to read: every call, its fields, and every problem."""
    with override("en"):
        found = document(api)
    context = {
        "document": found,
        "calls": [
            _call(found, path, method, said)
            for path, methods in found["paths"].items()
            for method, said in methods.items()
        ],
        "problems": PROBLEMS.items(),
        "scopes": SCOPES.items(),
        "sample": SAMPLE % settings.SITE_URL,
    }
    return render(request, "api/docs.html", context)


@require_safe
def problem(request: HttpRequest, name: str) -> HttpResponse:
    """Where the type of a problem leads: to its line on the page."""
    if name not in PROBLEMS:
        raise Http404
    return HttpResponseRedirect(f"{reverse('api-docs')}#{name}")


def _call(found: dict[str, Any], path: str, method: str, said: dict[str, Any]) -> Call:
    parameters = [one for one in said["parameters"] if one["in"] == "query"]
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    answer = next(one for status, one in said["responses"].items() if int(status) < 300)
    return Call(
        method=method.upper(),
        path=path,
        summary=said["summary"],
        description=said.get("description", ""),
        scope=said["x-scope"],
        query=[_field(one["name"], one["schema"], one["required"]) for one in parameters],
        body=_fields(found, body.get("schema", {})),
        answer=_fields(found, answer["content"]["application/json"]["schema"]),
    )


def _fields(found: dict[str, Any], schema: dict[str, Any], before: str = "") -> list[Field]:
    """The fields of an object, those of the objects in it behind a point."""
    schema = _resolved(found, schema)
    required, fields = schema.get("required", []), []
    for name, said in schema.get("properties", {}).items():
        fields.append(_field(f"{before}{name}", said, name in required))
        inner = _resolved(found, said.get("items", said))
        if "properties" in inner and before.count(".") < 1 and name != "operation":
            fields += _fields(found, inner, f"{before}{name}.")
    return fields


def _resolved(found: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference, or a choice between it and null, means."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _resolved(found, choice)
    name = schema.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = found["components"]["schemas"][name] if name else schema
    return resolved


def _field(name: str, said: dict[str, Any], is_required: bool) -> Field:
    choices = [one for one in said.get("anyOf", [said]) if one.get("type") != "null"]
    plain = choices[0] if choices else said
    kind = " | ".join(map(str, plain.get("enum", []))) or plain.get("type", "object")
    return Field(name, kind, said.get("description", ""), is_required)
