"""The list of API keys, and who may see any page of theirs."""

from datetime import timedelta

import pytest
from django.test import Client

from orders import clock
from orders.models import ApiKey, Staff
from orders.services import api_keys
from tests.factories import StaffFactory
from tests.views.api_key_pages import every_page, made
from tests.views.order_pages import signed_in, words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_the_list_shows_what_each_key_may_and_when_it_was_used(admin: Staff) -> None:
    row = made(admin)
    ApiKey.objects.update(
        currency="AED", charge_ceiling_minor=50_000, addresses=["192.0.2.0/24"],
        last_used_at=clock.now(),
    )  # fmt: skip
    said = words(signed_in(admin).get("/api-keys/"))
    for part in ("Shop", row.prefix, "charges:write", "500.00", "192.0.2.0/24", "120 requests"):
        assert part in said
    assert "never" not in said


def test_living_keys_come_first(admin: Staff) -> None:
    made(admin, "Old shop")
    gone = made(admin, "New shop")
    api_keys.revoke(actor=admin, key=gone, reason="No longer used")
    said = words(signed_in(admin).get("/api-keys/"))
    assert said.index("Old shop") < said.index("New shop")
    assert "revoked" in said


def test_an_empty_list_says_what_a_key_is_for(admin: Staff) -> None:
    assert "No API keys yet" in words(signed_in(admin).get("/api-keys/"))


@pytest.mark.parametrize("role", ["agent", "clerk", "supervisor", "auditor"])
@every_page
def test_nobody_but_an_admin_opens_a_page_of_keys(admin: Staff, role: str, page: str) -> None:
    path = page.format(pk=made(admin).pk)
    client = proven(StaffFactory(**{role: True}))
    assert client.get(path).status_code == client.post(path).status_code == 403
    assert "/api-keys/" not in client.get("/", follow=True).content.decode()


@every_page
def test_keys_are_changed_only_soon_after_a_password(admin: Staff, page: str) -> None:
    path, client = page.format(pk=made(admin).pk), proven(admin)
    assert client.get(path).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=1)):
        stale = Client()
        stale.force_login(admin)
        answer = stale.get(path)
    needed = page != "/api-keys/"
    assert (answer.status_code == 302 and "reauthenticate" in answer["Location"]) is needed
