"""Calls of machines read no cookie, start no session, and are refused by problems alone."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from orders.middleware.api_calls import api_calls, is_call
from tests.factories import StaffFactory


def answered(path: str, response: HttpResponse) -> tuple[HttpRequest, HttpResponse]:
    request = RequestFactory().get(path, headers={"Cookie": "office_session=abc"})
    return request, api_calls(lambda _request: response)(request)  # type: ignore[return-value]


def test_a_call_that_is_answered_passes_as_it_is_and_without_its_cookies() -> None:
    request, response = answered("/api/v1/orders", HttpResponse("{}"))
    assert response.content == b"{}"
    assert request.COOKIES == {}


def test_pages_keep_their_cookies_and_their_refusals() -> None:
    request, response = answered("/orders/", HttpResponse("No", status=403))
    assert response.content == b"No"
    assert request.COOKIES == {"office_session": "abc"}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 418, 500, 502, 503])
def test_every_refusal_becomes_a_problem(status: int) -> None:
    refusal = HttpResponse("<p>4111</p>", status=status, headers={"Allow": "GET", "X-Other": "1"})
    _request, response = answered("/api/v1/orders", refusal)
    assert response["Content-Type"] == "application/problem+json"
    assert b"4111" not in response.content
    assert response["Allow"] == "GET"
    assert "X-Other" not in response
    assert response.status_code // 100 == status // 100


def test_a_refusal_that_must_not_be_logged_stays_unlogged() -> None:
    refusal = HttpResponse(status=400)
    refusal._has_been_logged = True  # type: ignore[attr-defined]
    _request, response = answered("/api/v1/orders", refusal)
    assert response._has_been_logged is True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/api/v1/orders", True),
        ("/api/v1/", True),
        ("/api/v1/docs", False),
        ("/api/v1/openapi.json", False),
        ("/api/v1/problems/refused", False),
        ("/api/", False),
        ("/orders/", False),
    ],
)
def test_pages_about_the_api_are_no_calls(path: str, is_one: bool) -> None:
    assert is_call(path) is is_one


def test_a_call_keeps_no_session_alive(client: Client, db: None) -> None:
    client.force_login(StaffFactory(agent=True))
    before = dict(client.session)
    answer = client.get("/api/v1/orders")
    assert not answer.cookies
    assert dict(client.session) == before
