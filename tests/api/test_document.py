"""The OpenAPI document and the API say the same: whatever the document allows is answered as it
says, and never by a mistake of ours.
"""

import json
import re
import uuid
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import strategies as st
from ninja import Router
from schemathesis.specs.openapi.checks import positive_data_acceptance

from orders.api import customers, operations, orders
from orders.api.document import document
from orders.api.keys import ApiKeyAuth
from orders.api.v1 import api
from orders.models import StoredCard
from orders.problems import PROBLEMS
from orders.sandbox.server import Sandbox
from orders.services.api_scopes import SCOPES
from orders.states import Kind, OrderStatus, Status
from tests.api.conftest import Machine, make_machine, order
from tests.api.test_keys import CALLS

DOCUMENT = document(api)
EXAMPLES = 6


def office(environ: dict[str, Any], start_response: Any) -> Any:
    """The office as a server runs it, but the test's connection outlives the request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return list(WSGIHandler()(environ, start_response))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


schema = schemathesis.openapi.from_dict(DOCUMENT)
schema.app = office


def test_the_document_tells_of_every_call_and_of_no_other() -> None:
    told = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
    }
    named = {
        (method, path.replace("{number}-1", "{reference}").replace("C-{customer}", "{number}"))
        for method, path in CALLS
    }
    assert told == named


def test_every_call_is_guarded_by_the_scope_that_the_document_names() -> None:
    calls = [call for one in (orders, operations, customers) for call in calls_of(one.router)]
    assert len(calls) == len(CALLS)
    for method, path, guards in calls:
        assert [type(guard) for guard in guards] == [ApiKeyAuth], path
        scope = guards[0].scope
        assert scope in SCOPES
        assert DOCUMENT["paths"][f"/api/v1{path}"][method.lower()]["x-scope"] == scope


def calls_of(router: Router) -> list[tuple[str, str, list[Any]]]:
    """Method, path and guards of every call."""
    return [
        (method, path, list(call.auth_callbacks))
        for path, view in router.path_operations.items()
        for call in view.operations
        for method in call.methods
    ]


@pytest.mark.parametrize(
    ("told", "field", "values"),
    [
        ("OrderTold", "status", OrderStatus.values),
        ("OperationTold", "status", Status.values),
        ("OperationTold", "kind", Kind.values),
        ("StoredCardTold", "state", StoredCard.State.values),
    ],
)
def test_the_document_names_everything_that_may_be_told(
    told: str, field: str, values: list[str]
) -> None:
    said = DOCUMENT["components"]["schemas"][told]["properties"][field]["description"]
    assert set(re.findall("[a-z_]+", said)) - {"or"} == set(values)


def test_every_act_asks_for_an_idempotency_key() -> None:
    acts = [methods["post"] for methods in DOCUMENT["paths"].values() if "post" in methods]
    needed = [
        [one for one in act["parameters"] if one["name"] == "Idempotency-Key" and one["required"]]
        for act in acts
    ]
    assert len(acts) == 7
    assert all(needed)


def test_amounts_are_whole_numbers_and_nothing_is_a_float() -> None:
    text = json.dumps(DOCUMENT)
    assert '"type": "integer"' in text
    assert '"type": "number"' not in text


def test_problems_are_told_as_what_they_are() -> None:
    statuses = {int(one.status) for one in PROBLEMS.values()}
    answers = [
        (int(status), list(said["content"]))
        for methods in DOCUMENT["paths"].values()
        for call in methods.values()
        for status, said in call["responses"].items()
    ]
    assert {status for status, _kinds in answers} == statuses | {200, 201, 202}
    for status, kinds in answers:
        assert kinds == ["application/problem+json" if status >= 400 else "application/json"]


@pytest.fixture
def known(admin: Any, card: StoredCard, gateway: Sandbox) -> dict[str, str]:
    """A machine without limits, and the number of an order that is there."""
    machine = make_machine(admin, requests_a_minute=6_000)
    number = machine.post("/orders", order(card)).json()["order"]["number"]
    return {"key": machine.key, "number": number}


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(hypothesis.HealthCheck),
    deadline=None,
)
def test_whatever_the_document_allows_is_answered_as_it_says(
    case: schemathesis.Case, known: dict[str, str]
) -> None:
    """A rule of the office may refuse more than the document does: nobody's card, for one."""
    if "number" in case.path_parameters and case.operation.path.startswith("/api/v1/orders"):
        case.path_parameters["number"] = known["number"]
    response = case.call_and_validate(
        headers={"Authorization": f"Bearer {known['key']}"},
        excluded_checks=[positive_data_acceptance],
    )
    assert response.status_code != 500


@hypothesis.given(st.binary(max_size=60))
@hypothesis.settings(max_examples=40, suppress_health_check=list(hypothesis.HealthCheck))
def test_no_body_breaks_the_office(shop: Machine, body: bytes) -> None:
    answer = shop.client.post(
        "/api/v1/orders",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {shop.key}", "Idempotency-Key": str(uuid.uuid4())},
    )
    assert answer.status_code in {400, 422, 429}
