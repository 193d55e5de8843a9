"""Messages are sent once more under their id, those of an order in their order."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Event, WebhookDelivery, WebhookEndpoint
from orders.services import webhook_replay, webhooks
from orders.services.timeline import timeline
from orders.services.webhook_delivery import deliver
from tests.factories import StaffFactory
from tests.services.after_sale import kinds
from tests.services.hooks import answering, now, registered, worked_off
from tests.services.test_webhook_delivery import changed
from tests.webhooks.receiver import Receiver, published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


def again(message: WebhookDelivery) -> None:
    actor = message.endpoint.created_by
    webhook_replay.send_again(actor=actor, delivery=now(message))


def test_it_goes_once_more_with_the_same_body_and_a_fresh_signature(receiver: Receiver) -> None:
    _endpoint, secret = registered(receiver)
    [message] = changed()
    worked_off()
    arrived_at = now(message).delivered_at
    again(message)
    worked_off()
    (_path, first, body), (_path, second, same) = receiver.requests
    assert (first["Webhook-Id"], body) == (second["Webhook-Id"], same)
    assert published()(secret, second, same)
    done = now(message)
    assert (done.state, done.tries, done.delivered_at) == ("delivered", 2, arrived_at)
    assert message.order
    assert kinds(message.order)[-1] == "webhook_sent_again"


def test_one_that_failed_for_good_is_tried_for_three_days_anew(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [message] = changed()
    receiver.answers = lambda: 410
    WebhookDelivery.objects.update(since=clock.now() - timedelta(days=3))
    worked_off()
    assert now(message).state == "failed"
    again(message)
    worked_off()
    assert now(message).state == "waiting"
    receiver.answers = lambda: 200
    WebhookDelivery.objects.update(due_at=clock.now())
    worked_off()
    assert now(message).state == "delivered"


def test_what_waits_is_not_sent_again(endpoint: WebhookEndpoint) -> None:
    [message] = changed()
    with pytest.raises(Conflict):
        again(message)


def test_what_is_sent_again_holds_up_nothing_new(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [first] = changed()
    worked_off()
    again(first)
    receiver.answers = lambda: 400 if receiver.told[-1]["sequence"] == 1 else 200
    assert first.order
    changed(order=first.order)
    worked_off()
    assert [one["sequence"] for one in receiver.told] == [1, 1, 2]


def failed_then_next(receiver: Receiver) -> tuple[WebhookDelivery, WebhookDelivery]:
    """A message that never arrived and failed for good, and the next one, which was tried once."""
    first, second = changed(2)
    receiver.answers = lambda: 410
    WebhookDelivery.objects.update(since=clock.now() - timedelta(days=3))
    worked_off()
    assert (now(first).state, now(second).tries) == ("failed", 1)
    return first, second


def test_what_never_arrived_goes_before_the_next_one_of_its_order(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = failed_then_next(receiver)
    again(first)
    assert now(second).due_at is None
    WebhookDelivery.objects.exclude(due_at=None).update(due_at=clock.now())
    worked_off()
    assert now(second).tries == 1
    receiver.requests.clear()
    receiver.answers = lambda: 204
    WebhookDelivery.objects.exclude(due_at=None).update(due_at=clock.now())
    worked_off()
    assert [one["sequence"] for one in receiver.told] == [1, 2]


@pytest.mark.parametrize("status", [204, 410])
def test_a_try_on_its_way_is_noted_although_it_waits_for_one_sent_again(
    receiver: Receiver, endpoint: WebhookEndpoint, status: int
) -> None:
    first, second = failed_then_next(receiver)
    receiver.answers = answering(status, after=lambda: again(first))
    WebhookDelivery.objects.filter(pk=second.pk).update(due_at=clock.now())
    deliver.call(second.pk, 1)
    done = now(second)
    assert (done.due_at, done.last_status, len(done.log)) == (None, status, 2)
    assert done.state == ("delivered" if status == 204 else "waiting")


def test_all_since_a_moment_go_again_in_their_order(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    changed()
    worked_off()
    moment = clock.now()
    rows = changed(3)
    changed(2)
    webhooks.ping(actor=endpoint.created_by, endpoint=endpoint)
    worked_off()
    receiver.requests.clear()
    actor = endpoint.created_by
    assert webhook_replay.send_since(actor=actor, endpoint=endpoint, since=moment) == 5
    worked_off()
    ids = [one["id"] for one in receiver.told]
    assert [one for one in ids if one in {row.message_id for row in rows}] == [
        row.message_id for row in rows
    ]
    assert len(receiver.told) == 5
    event = Event.objects.get(kind="webhook_replayed")
    assert (event.actor, event.data["webhook"]) == (actor, "Shop")


def test_too_many_at_once_are_refused(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(2)
    worked_off()
    monkeypatch.setattr(webhook_replay, "MOST", 1)
    with pytest.raises(Refused) as refusal:
        webhook_replay.send_since(
            actor=endpoint.created_by, endpoint=endpoint, since=clock.now() - timedelta(days=1)
        )
    assert refusal.value.field == "since"
    assert not Event.objects.filter(kind="webhook_replayed").exists()


def test_nobody_but_an_admin_may_and_nothing_goes_to_a_disabled_address(
    endpoint: WebhookEndpoint,
) -> None:
    [message] = changed()
    worked_off()
    other = StaffFactory(supervisor=True)
    with pytest.raises(Refused):
        webhook_replay.send_again(actor=other, delivery=now(message))
    with pytest.raises(Refused):
        webhook_replay.send_since(actor=other, endpoint=endpoint, since=message.made_at)
    webhooks.switch(actor=endpoint.created_by, endpoint=endpoint, on=False)
    with pytest.raises(Conflict):
        again(message)
    with pytest.raises(Conflict):
        webhook_replay.send_since(
            actor=endpoint.created_by, endpoint=endpoint, since=message.made_at
        )


def test_the_order_tells_which_webhook_failed_and_who_sent_it_again(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [message] = changed()
    receiver.answers = lambda: 410
    WebhookDelivery.objects.update(since=clock.now() - timedelta(days=3))
    worked_off()
    again(message)
    assert message.order
    failed, sent = timeline(message.order.events.order_by("-position")[:2][::-1])
    assert (failed.title, failed.who) == ("A webhook could not be delivered", "System")
    assert (sent.title, sent.who) == ("Webhook sent again", str(endpoint.created_by))
    assert failed.details == sent.details == ["\u2068Shop\u2069"]
