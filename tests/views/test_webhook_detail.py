"""One webhook: its state, and what it was told."""

import pytest

from orders import clock
from orders.models import Staff, WebhookDelivery, WebhookEndpoint
from orders.services import webhook_messages
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_it_tells_what_was_sent_and_what_became_of_it(admin: Staff) -> None:
    row = made(admin)
    message = message_of(row)
    said = words(signed_in(admin).get(f"/webhooks/{row.pk}/"))
    assert "order.paid" in said
    assert message.order
    assert message.order.number in said
    assert "Waiting" in said


def test_a_problem_is_told_in_words(admin: Staff) -> None:
    row = made(admin)
    WebhookEndpoint.objects.update(last_problem="http_502", last_failure_at=clock.now())
    assert "Answered 502" in words(signed_in(admin).get(f"/webhooks/{row.pk}/"))


def test_messages_are_filtered_by_state_and_nonsense_shows_all(admin: Staff) -> None:
    row = made(admin)
    message_of(row)
    failed = message_of(row)
    WebhookDelivery.objects.filter(pk=failed.pk).update(state="failed", due_at=None)
    client = signed_in(admin)
    pages = {
        state: client.get(f"/webhooks/{row.pk}/?state={state}") for state in ("", "failed", "x")
    }
    counts = {state: len(page.context["messages_told"]) for state, page in pages.items()}
    assert counts == {"": 2, "failed": 1, "x": 2}
    assert "No message is in this state" in words(
        client.get(f"/webhooks/{row.pk}/?state=delivered")
    )


def test_a_long_list_has_pages(admin: Staff) -> None:
    row = made(admin)
    rows = [message_of(row) for _each in range(5)]
    page = webhook_messages.page(row, size=2)
    assert [one.pk for one in page.rows] == [rows[4].pk, rows[3].pk]
    older = webhook_messages.page(row, before=page.older, size=2)
    assert [one.pk for one in older.rows] == [rows[2].pk, rows[1].pk]
    newer = webhook_messages.page(row, after=older.newer, size=2)
    assert [one.pk for one in newer.rows] == [rows[4].pk, rows[3].pk]
