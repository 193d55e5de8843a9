"""Disabling and enabling a webhook."""

import pytest

from orders.models import Staff
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_it_is_disabled_and_enabled(admin: Staff) -> None:
    row, client = made(admin), signed_in(admin)
    path = f"/webhooks/{row.pk}/switch/"
    assert "nothing is sent there" in words(client.post(path, {"on": "0"}, follow=True))
    row.refresh_from_db()
    assert not row.is_active
    assert "changes are told again" in words(client.post(path, {"on": "1"}, follow=True))
    row.refresh_from_db()
    assert row.is_active
