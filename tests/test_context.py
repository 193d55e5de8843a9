"""The frame shows what exists and what the person may open, and nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils.translation import override
from pytest_django.fixtures import Settings

from orders import context
from orders.models import Staff
from orders.services import breaker

urlpatterns = [
    path("orders/new/", lambda _request: None, name="manual-order"),
    path("orders/", lambda _request: None, name="order-history"),
    path("attention/", lambda _request: None, name="attention"),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def request_of(user: Any) -> HttpRequest:
    request = RequestFactory().get("/orders/")
    request.user = user
    return request


def staff(*codenames: str) -> Staff:
    person = Staff.objects.create(username="rana")
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return person


def labels(request: HttpRequest) -> list[str]:
    return [str(line["label"]) for part in context.navigation(request) for line in part["lines"]]


def test_shows_what_the_person_may_open() -> None:
    assert labels(request_of(staff("take_order", "view_order"))) == ["New order", "Order history"]


def test_shows_supervision_only_with_the_right() -> None:
    sections = context.navigation(request_of(staff("view_order", "view_attention")))
    assert [str(section["title"]) for section in sections] == ["", "Supervision"]


def test_hides_pages_that_do_not_exist() -> None:
    assert "Customers" not in labels(request_of(staff("view_order", "view_customer")))


def test_shows_nothing_to_a_stranger() -> None:
    frame = context.office(request_of(AnonymousUser()))["office"]
    assert list(frame["nav"]) == []
    assert not frame["search_url"]
    assert str(frame["role"]) == ""


def test_works_without_a_person_at_all() -> None:
    assert not context.office(RequestFactory().get("/"))["office"]["search_url"]


def test_lights_the_line_of_the_page_shown() -> None:
    request = request_of(staff("take_order", "view_order"))
    request.resolver_match = type("Match", (), {"view_name": "order-detail"})()
    lines = context.navigation(request)[0]["lines"]
    assert [line["is_current"] for line in lines] == [False, True]


def test_names_the_role_in_the_readers_language() -> None:
    person = staff()
    person.groups.add(Group.objects.get_or_create(name="supervisor")[0])
    with override("en"):
        assert context.role_of(person) == "Supervisor"


def test_tells_staff_that_the_gateway_is_away_and_strangers_nothing(settings: Settings) -> None:
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        breaker.heard(answered=False)
    assert list(context.office(request_of(AnonymousUser()))["office"]["stops"]) == []
    person = staff()
    [notice] = context.office(request_of(person))["office"]["stops"]
    assert "does not answer" in str(notice)
    breaker.heard(answered=True)
    assert list(context.office(request_of(person))["office"]["stops"]) == []


@pytest.mark.parametrize("is_practice", [True, False])
def test_says_whether_money_is_real(is_practice: bool) -> None:
    with override_settings(IS_PRACTICE=is_practice):
        frame = context.office(request_of(AnonymousUser()))
    assert frame["office"]["is_practice"] is is_practice
