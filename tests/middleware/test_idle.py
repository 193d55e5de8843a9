"""Nobody stays signed in by walking away, and no page keeps somebody signed in by itself."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from orders.models import Event, Staff
from tests.factories import PASSWORD, StaffFactory

pytestmark = pytest.mark.urls("tests.middleware.pages")
MORNING = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
POLL = {"X-Requested-By": "poll"}


@pytest.fixture
def clock(staff: Staff, client: Client) -> "time_machine.Traveller":
    with time_machine.travel(MORNING, tick=False) as traveller:
        client.force_login(staff)
        client.get("/page/")
        yield traveller


def test_fourteen_minutes_away_are_no_absence(clock: object, client: Client) -> None:
    clock.shift(timedelta(minutes=14))
    assert client.get("/page/").status_code == 200


def test_fifteen_minutes_away_end_the_session(clock: object, client: Client) -> None:
    clock.shift(timedelta(minutes=15))
    response = client.get("/page/?x=1")
    assert response.headers["Location"] == "/accounts/login/?next=%2Fpage%2F%3Fx%3D1"
    assert client.get("/page/").status_code == 302
    assert Event.objects.filter(kind="session_ended", reason="idle").exists()


def test_polling_keeps_nobody_signed_in(clock: object, client: Client) -> None:
    answers = []
    for _minute in range(16):
        clock.shift(timedelta(minutes=1))
        answers.append(client.get("/page/", headers=POLL))
    assert [answer.status_code for answer in answers] == [200] * 14 + [401, 302]


def test_acts_keep_the_session_but_not_beyond_ten_hours(clock: object, client: Client) -> None:
    codes = []
    for _act in range(61):
        clock.shift(timedelta(minutes=10))
        codes.append(client.get("/page/").status_code)
    assert codes == [200] * 59 + [302, 302]
    assert Event.objects.filter(kind="session_ended", reason="too_long").exists()


def test_a_form_sent_too_late_does_nothing_and_returns_to_its_page(
    clock: object, client: Client
) -> None:
    clock.shift(timedelta(minutes=16))
    referer = {"Referer": "http://testserver/page/?x=1"}
    response = client.post("/broken/", {"note": "late"}, headers=referer)
    assert response.headers["Location"] == "/accounts/login/?next=%2Fpage%2F%3Fx%3D1"


@pytest.mark.parametrize("referer", ["", "https://evil.example/page/", "//evil.example/"])
def test_nobody_is_returned_to_a_strange_page(clock: object, client: Client, referer: str) -> None:
    clock.shift(timedelta(minutes=16))
    response = client.post("/page/", headers={"Referer": referer})
    assert response.headers["Location"] == "/accounts/login/?next=%2F"


def sign_in(client: Client, person: Staff) -> None:
    client.post("/accounts/login/", {"login": person.username, "password": PASSWORD})


def test_what_was_typed_waits_for_its_writer(clock: object, client: Client, staff: Staff) -> None:
    clock.shift(timedelta(minutes=16))
    client.post("/typed/", {"note": "two boxes", "csrfmiddlewaretoken": "x"})
    sign_in(client, staff)
    assert client.get("/page/").content == b"|0"
    assert client.get("/typed/").json() == {"note": "two boxes"}
    assert client.get("/typed/").json() == {}


def test_nobody_else_gets_what_was_typed(clock: object, client: Client) -> None:
    clock.shift(timedelta(minutes=16))
    client.post("/typed/", {"note": "two boxes"})
    sign_in(client, StaffFactory())
    assert client.get("/typed/").json() == {}
