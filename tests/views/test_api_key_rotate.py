"""Replacing an API key with an overlap."""

import pytest

from orders.models import Event, Staff
from orders.services import api_keys
from tests.factories import StaffFactory
from tests.views.api_key_pages import made, shown
from tests.views.order_pages import words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_the_new_key_is_shown_and_the_old_one_named_with_its_end(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    path = f"/api-keys/{row.pk}/rotate/"
    answer = client.post(path, {"overlap_h": 24, "present": row.prefix})
    assert api_keys.admit(shown(answer), "").pk == row.pk
    assert f"{row.prefix}… until" in words(client.get("/api-keys/"))
    assert "ends at once" in words(client.get(path))
    assert Event.objects.get(kind="api_key_rotated").data["overlap_h"] == 24


def test_the_same_form_sent_twice_ends_no_key_that_is_in_use(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    form = {"overlap_h": 0, "present": row.prefix}
    key = shown(client.post(f"/api-keys/{row.pk}/rotate/", form))
    answer = client.post(f"/api-keys/{row.pk}/rotate/", form, follow=True)
    assert "This key was replaced already." in words(answer)
    assert api_keys.admit(key, "").pk == row.pk


def test_an_overlap_that_is_not_offered_is_refused(admin: Staff) -> None:
    row = made(admin)
    form = {"overlap_h": 99_999, "present": row.prefix}
    assert not shown(proven(admin).post(f"/api-keys/{row.pk}/rotate/", form))


def test_a_revoked_key_is_not_replaced(admin: Staff) -> None:
    row = made(admin)
    api_keys.revoke(actor=admin, key=row, reason="No longer used")
    assert proven(admin).get(f"/api-keys/{row.pk}/rotate/").status_code == 404
