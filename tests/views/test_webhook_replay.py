"""Sending everything once more since a moment."""

import pytest
from pytest_django.fixtures import Settings

from orders.models import Staff, WebhookDelivery
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_all_since_a_moment_wait_again(admin: Staff) -> None:
    row = made(admin)
    for _each in range(2):
        message_of(row)
    WebhookDelivery.objects.update(state="failed", due_at=None)
    path, client = f"/webhooks/{row.pk}/replay/", signed_in(admin)
    answer = client.post(path, {"since": "2020-01-01T00:00"}, follow=True)
    assert "2 messages are sent again." in words(answer)
    assert WebhookDelivery.objects.filter(state="waiting").count() == 2
    answer = client.post(path, {"since": "2999-01-01 00:00"}, follow=True)
    assert "0 messages are sent again." in words(answer)


def test_it_says_how_long_a_message_may_be_sent_again(admin: Staff, settings: Settings) -> None:
    path, client = f"/webhooks/{made(admin).pk}/replay/", signed_in(admin)
    assert "kept for 90 days after it arrived or failed" in words(client.get(path))
    settings.WEBHOOK_MESSAGES_KEPT_DAYS = 0
    assert "is kept for" not in words(client.get(path))


@pytest.mark.parametrize("since", ["", "yesterday"])
def test_nonsense_is_refused_at_its_field(admin: Staff, since: str) -> None:
    row = made(admin)
    answer = signed_in(admin).post(f"/webhooks/{row.pk}/replay/", {"since": since})
    assert "Say since when" in words(answer) or "Type the moment" in words(answer)
