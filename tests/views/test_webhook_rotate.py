"""Replacing a secret with an overlap."""

import pytest

from orders.models import Staff
from orders.services import webhook_secrets
from tests.factories import StaffFactory
from tests.views.order_pages import words
from tests.views.test_order_refund import proven
from tests.views.webhook_pages import made, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_the_new_secret_is_shown_and_the_old_one_signs_for_a_while(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    [old] = webhook_secrets.held(row)
    path = f"/webhooks/{row.pk}/rotate/"
    answer = client.post(path, {"overlap_h": 24, "present": 0})
    row.refresh_from_db()
    assert webhook_secrets.held(row) == [shown(answer), old]
    assert "signs too until" in words(client.get(f"/webhooks/{row.pk}/"))
    assert "ends at once" in words(client.get(path))


def test_the_same_form_twice_ends_no_secret_that_is_in_use(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    path, form = f"/webhooks/{row.pk}/rotate/", {"overlap_h": 0, "present": 0}
    secret = shown(client.post(path, form))
    answer = client.post(path, form, follow=True)
    assert "This secret was replaced already." in words(answer)
    row.refresh_from_db()
    assert webhook_secrets.held(row) == [secret]
