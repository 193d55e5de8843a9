"""Making an API key: shown once, with the scopes and ceilings that were typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.utils import timezone

from orders import clock
from orders.models import ApiKey, Event, Staff
from orders.services import api_keys
from tests.factories import PASSWORD, StaffFactory
from tests.views.api_key_pages import made, shown
from tests.views.order_pages import words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    cache.clear()
    StaffFactory(supervisor=True, username="second")
    return StaffFactory(admin=True)


def make(admin: Staff, **typed: Any) -> HttpResponse:
    said = {
        "name": "Shop", "scopes": ["orders:read", "charges:write"], "requests_a_minute": 60,
        "currency": "AED", "charge_ceiling": "500", "day_ceiling": "5000",
        "second_username": "second", "second_password": PASSWORD,
    }  # fmt: skip
    return proven(admin).post("/api-keys/new/", said | typed)


def test_the_key_is_shown_once_and_opens(admin: Staff) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = make(
        admin, currency="KWD", charge_ceiling="250.500", day_ceiling="1,000.000",
        expires_on=tomorrow.isoformat(), addresses="192.0.2.7\n198.51.100.0/24",
    )  # fmt: skip
    row = api_keys.admit(shown(answer), "192.0.2.7")
    assert (row.currency, row.charge_ceiling_minor, row.day_ceiling_minor) == (
        "KWD", 250_500, 1_000_000,
    )  # fmt: skip
    assert row.addresses == ["192.0.2.7", "198.51.100.0/24"]
    assert row.requests_a_minute == 60
    assert row.expires_at
    assert row.expires_at - clock.now() > timedelta(days=1)
    assert row.staff.get_user_permissions() == {
        "orders.view_order", "orders.take_order", "orders.charge_order",
    }  # fmt: skip
    assert shown(answer) not in proven(admin).get("/api-keys/").content.decode()
    told = Event.objects.get(kind="api_key_made")
    assert (told.actor, told.data["at_most_minor"]) == (admin, [250_500, 1_000_000])
    assert told.data["second_person"] == str(Staff.objects.get(username="second"))


def test_a_key_that_only_reads_is_made_by_one_person(admin: Staff) -> None:
    alone = {"currency": "", "charge_ceiling": "", "day_ceiling": "", "second_username": ""}
    answer = make(admin, scopes=["orders:read"], **alone, second_password="")
    assert shown(answer)


def test_a_second_person_typed_for_a_key_that_only_reads_is_not_asked(admin: Staff) -> None:
    assert shown(make(admin, scopes=["orders:read"], second_password="wrong"))
    assert Event.objects.get(kind="api_key_made").data["second_person"] == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Say who uses the key."),
        ({"scopes": []}, "Choose what the key may do."),
        ({"scopes": ["everything"]}, "everything"),
        ({"currency": ""}, "Choose the currency of the ceiling."),
        ({"charge_ceiling": "", "day_ceiling": ""}, "Type a ceiling in this currency"),
        ({"day_ceiling": ""}, "needs a currency and both ceilings"),
        ({"second_username": ""}, "A second person has to agree to a key that moves money."),
        ({"second_password": "wrong"}, "This name and password do not belong together."),
        ({"currency": "AED", "charge_ceiling": "5.005"}, "2 decimals"),
        ({"addresses": "shop.example.com"}, "Type addresses or networks"),
        ({"addresses": "192.0.2.7/24"}, "Type addresses or networks"),
        ({"expires_on": "2020-01-01"}, "Choose a day to come."),
        ({"requests_a_minute": "0"}, "1"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    admin: Staff, typed: dict[str, Any], sentence: str
) -> None:
    answer = make(admin, **typed)
    assert sentence in words(answer)
    assert not ApiKey.objects.exists()


def test_a_name_in_use_is_refused_so_that_the_same_form_makes_one_key(admin: Staff) -> None:
    made(admin)
    answer = make(admin)
    assert "A key of this name is in use." in words(answer)
    assert ApiKey.objects.count() == Staff.objects.filter(username__startswith="api-").count() == 1
