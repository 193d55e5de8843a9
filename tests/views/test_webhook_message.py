"""One message: its body as it is sent, and its tries."""

import pytest

from orders.models import Staff, WebhookDelivery
from orders.services import webhook_messages
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_it_shows_the_body_and_each_try(admin: Staff) -> None:
    message = message_of(made(admin))
    log = [
        {"at": "2026-11-27T06:00:00+00:00", "status": 500, "problem": "http_500"},
        {"at": "2026-11-27T06:00:10+00:00", "status": 0, "problem": "timeout"},
        {"at": "2026-11-27T06:00:30+00:00", "status": 204, "problem": ""},
    ]
    WebhookDelivery.objects.update(log=log, tries=3)
    said = words(signed_in(admin).get(f"/webhooks/messages/{message.pk}/"))
    for part in ("Answered 500", "No answer in time", "Answered 204", message.message_id):
        assert part in said
    assert said.index("Answered 204") < said.index("Answered 500")
    assert "captured_minor" in said


def test_what_waits_offers_no_second_sending(admin: Staff) -> None:
    message = message_of(made(admin))
    path = f"/webhooks/messages/{message.pk}/"
    assert "Send again" not in words(signed_in(admin).get(path))
    WebhookDelivery.objects.update(state="failed", due_at=None)
    assert "Send again" in words(signed_in(admin).get(path))


def test_what_is_not_kept_is_said_and_not_offered_again(admin: Staff) -> None:
    message = message_of(made(admin))
    WebhookDelivery.objects.update(state="failed", due_at=None, body="", log=[], tries=3)
    said = words(signed_in(admin).get(f"/webhooks/messages/{message.pk}/"))
    assert "What this message said is not kept any more. It cannot be sent again." in said
    assert "Not kept any more." in said
    assert "the last ones stand here" not in said
    assert message.message_id in said
    assert "Send again" not in said
    answer = signed_in(admin).post(f"/webhooks/messages/{message.pk}/again/", follow=True)
    assert "It cannot be sent again." in words(answer)


def test_whatever_went_wrong_has_words() -> None:
    assert webhook_messages.told("not_sent") == "Could not be sent"
    assert webhook_messages.told("http_404", 404) == "Answered 404"
