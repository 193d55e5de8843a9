"""Two sessions are told apart, and neither can be opened by what tells them apart."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from orders import origin
from orders.middleware.session_origin import session_origin
from orders.origin import Origin
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nowhere() -> Iterator[None]:
    yield
    origin.set_current(Origin())


def seen(session: SessionStore, user: object) -> Origin:
    """The origin of an act in that session."""
    found = []

    def act(_request: HttpRequest) -> HttpResponse:
        found.append(origin.current())
        return HttpResponse()

    origin.set_current(Origin(ip="127.0.0.1", request_id="7"))
    request = RequestFactory().get("/")
    request.session, request.user = session, user  # type: ignore[assignment]
    session_origin(act)(request)
    return found[0]


def session() -> SessionStore:
    made = SessionStore()
    made.create()
    return made


def test_every_session_has_a_digest_of_its_own_that_is_not_its_key() -> None:
    staff, one, other = StaffFactory(), session(), session()
    assert seen(one, staff).session == seen(one, staff).session != seen(other, staff).session
    assert (one.session_key or "") not in seen(one, staff).session
    assert (seen(one, staff).ip, seen(one, staff).request_id) == ("127.0.0.1", "7")


def test_a_stranger_has_none() -> None:
    assert seen(session(), AnonymousUser()).session == ""
