"""Changing a webhook."""

import pytest

from orders.models import Staff
from tests.factories import StaffFactory
from tests.views.order_pages import words
from tests.views.test_order_refund import proven
from tests.views.webhook_pages import URL, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_a_change_is_shown_on_its_page(admin: Staff) -> None:
    row, client = made(admin), proven(admin)
    path = f"/webhooks/{row.pk}/edit/"
    assert URL in client.get(path).content.decode()
    form = {"name": "Store", "url": "https://store.example.com/"}
    answer = client.post(path, form, follow=True)
    assert "https://store.example.com/" in words(answer)
    assert answer.redirect_chain == [(f"/webhooks/{row.pk}/", 303)]


def test_what_cannot_be_leaves_it_as_it_was(admin: Staff) -> None:
    row = made(admin)
    path = f"/webhooks/{row.pk}/edit/"
    answer = proven(admin).post(path, {"name": "Shop", "url": "ftp://shop.example.com/"})
    assert "Type a whole address" in words(answer)
    row.refresh_from_db()
    assert row.url == URL
