"""Sending one message once more."""

import pytest

from orders.models import Staff, WebhookDelivery
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_what_failed_waits_again(admin: Staff) -> None:
    message = message_of(made(admin))
    WebhookDelivery.objects.update(state="failed", due_at=None)
    path = f"/webhooks/messages/{message.pk}/again/"
    assert "It is sent again" in words(signed_in(admin).post(path, follow=True))
    message.refresh_from_db()
    assert (message.state, message.due_at is None) == ("waiting", False)
    assert "waits to be sent already" in words(signed_in(admin).post(path, follow=True))
