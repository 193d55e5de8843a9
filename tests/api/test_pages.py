"""The pages about the API: for people who signed in, and true to the document."""

import json

import pytest
from django.test import Client

from orders.api.document import document
from orders.api.v1 import api
from orders.problems import PROBLEMS
from tests.factories import StaffFactory
from tests.views.order_pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(StaffFactory(auditor=True))
    return client


def test_the_page_tells_of_every_call_field_and_problem(reader: Client) -> None:
    said = words(reader.get("/api/v1/docs"))
    for path in document(api)["paths"]:
        assert path in said
    for part in ("amount_minor", "near_duplicate.reason", "purchase | authorization", *PROBLEMS):
        assert part in said


def test_the_document_is_served_as_it_is(reader: Client) -> None:
    served = reader.get("/api/v1/openapi.json")
    assert served.json() == json.loads(json.dumps(document(api)))


def test_the_type_of_a_problem_leads_to_its_line(reader: Client) -> None:
    for name in PROBLEMS:
        answer = reader.get(f"/api/v1/problems/{name}")
        assert (answer.status_code, answer["Location"]) == (302, f"/api/v1/docs#{name}")
    assert reader.get("/api/v1/problems/none-of-them").status_code == 404


@pytest.mark.parametrize("path", ["docs", "openapi.json", "problems/refused"])
def test_a_stranger_signs_in_first(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")
