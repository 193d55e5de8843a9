"""Revoking an API key with a reason."""

import pytest

from orders.models import Event, Staff
from tests.factories import StaffFactory
from tests.views.api_key_pages import made
from tests.views.order_pages import words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_with_a_reason_the_key_opens_nothing_any_more(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    path = f"/api-keys/{row.pk}/revoke/"
    answer = client.post(path, {"reason": "The shop has closed"}, follow=True)
    assert "The key Shop opens nothing now." in words(answer)
    row.refresh_from_db()
    assert row.revoked_at
    assert not row.staff.is_active
    event = Event.objects.get(kind="api_key_revoked")
    assert (event.actor, event.reason) == (admin, "The shop has closed")
    assert client.get(path).status_code == 404


def test_without_a_reason_it_lives_on(admin: Staff) -> None:
    row = made(admin)
    answer = proven(admin).post(f"/api-keys/{row.pk}/revoke/", {"reason": ""})
    assert "Say why" in words(answer)
    row.refresh_from_db()
    assert row.is_live
