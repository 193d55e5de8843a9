"""Ceilings: looked at by who answers for money, changed by an admin and a second person."""

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from orders.models import Ceiling, Event, Staff
from orders.services import audit
from orders.states import Act
from tests.factories import PASSWORD, StaffFactory
from tests.services.over_ceiling import ceiling
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


@pytest.fixture
def second() -> Staff:
    return StaffFactory(supervisor=True)


def post(client: Client, second: Staff, **changes: str) -> HttpResponse:
    typed = {
        "group": str(Group.objects.get(name="agent").pk),
        "currency": "KWD",
        "act": "charge",
        "per_act": "500.500",
        "per_day": "2,000.000",
        "second_username": second.username,
        "second_password": PASSWORD,
    }
    return client.post("/ceilings/", typed | changes, follow=True)


def test_two_people_set_a_ceiling_and_the_trail_knows_both(admin: Staff, second: Staff) -> None:
    page = words(post(signed_in(admin), second))
    assert "Changed as you both agreed." in page
    assert "KWD 500.500" in page
    row = Ceiling.objects.get()
    assert (row.group.name, row.act, row.currency) == ("agent", "charge", "KWD")
    assert (row.per_act_minor, row.per_day_minor) == (500_500, 2_000_000)
    event = Event.objects.get(kind="ceiling_changed")
    assert (event.actor, event.data["second_person"]) == (admin, str(second))
    assert event.data["old"] == {"per_act_minor": None, "per_day_minor": None}
    assert event.data["new"] == {"per_act_minor": 500_500, "per_day_minor": 2_000_000}
    assert list(audit.verify()) == []


def test_a_change_keeps_the_old_amounts_in_the_trail(admin: Staff, second: Staff) -> None:
    ceiling("agent", Act.CHARGE, 1_000, None, currency="KWD")
    post(signed_in(admin), second, per_act="2", per_day="")
    row = Ceiling.objects.get()
    assert (row.per_act_minor, row.per_day_minor) == (2_000, None)
    assert Event.objects.get(kind="ceiling_changed").data["old"]["per_act_minor"] == 1_000


def test_with_both_amounts_empty_the_role_has_none_any_more(admin: Staff, second: Staff) -> None:
    ceiling("agent", Act.CHARGE, 1_000, None, currency="KWD")
    post(signed_in(admin), second, per_act="", per_day="")
    assert not Ceiling.objects.exists()


def test_zero_means_always_ask(admin: Staff, second: Staff) -> None:
    post(signed_in(admin), second, per_act="0", per_day="")
    assert Ceiling.objects.get().per_act_minor == 0


def test_the_form_begins_with_the_row_that_is_to_be_changed(admin: Staff) -> None:
    row = ceiling("agent", Act.CHARGE, 1_500, None, currency="KWD")
    query = {"group": row.group_id, "currency": "KWD", "act": "charge"}
    assert 'value="1.500"' in signed_in(admin).get("/ceilings/", query).content.decode()
    assert signed_in(admin).get("/ceilings/", {"group": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"per_act": "1.5005"}, "has 3 decimals. You typed 4."),
        ({"per_day": "-1"}, "more than zero"),
        ({"act": "fly"}, "fly is not one of the available choices"),
        ({"second_password": "wrong-password-1"}, "do not belong together"),
        ({"second_username": ""}, "A second person has to agree."),
    ],
)
def test_less_than_that_changes_nothing(
    admin: Staff, second: Staff, changes: dict[str, str], sentence: str
) -> None:
    page = post(signed_in(admin), second, **changes)
    assert sentence in words(page)
    assert "wrong-password-1" not in page.content.decode()
    assert not Ceiling.objects.exists()


def test_one_person_in_two_roles_changes_nothing(admin: Staff) -> None:
    assert "Another person has to agree." in words(post(signed_in(admin), admin))
    assert not Ceiling.objects.exists()


def test_the_second_person_answers_for_approvals_or_ceilings(admin: Staff) -> None:
    page = post(signed_in(admin), StaffFactory(agent=True))
    assert "This person may not agree to ceilings." in words(page)
    assert not Ceiling.objects.exists()
    post(signed_in(admin), StaffFactory(admin=True))
    assert Ceiling.objects.exists()


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_supervisors_and_auditors_look_and_change_nothing(second: Staff, role: str) -> None:
    client = signed_in(StaffFactory(role=role))
    assert "We both agree" not in words(client.get("/ceilings/"))
    assert post(client, second).status_code == 403
    assert not Ceiling.objects.exists()


@pytest.mark.parametrize("role", ["agent", "clerk"])
def test_others_do_not_see_them(role: str) -> None:
    assert signed_in(StaffFactory(role=role)).get("/ceilings/").status_code == 403
