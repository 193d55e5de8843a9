"""The three days of a message run from when it could first leave."""

from datetime import datetime, timedelta

import pytest
import time_machine

from orders import clock
from orders.models import WebhookDelivery, WebhookEndpoint
from orders.services import webhooks
from orders.services.webhook_delivery import deliver
from tests.services.hooks import now, registered, worked_off
from tests.services.test_webhook_delivery import changed
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)

THREE_DAYS = timedelta(days=3)


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


def later(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_one_that_waited_for_another_is_tried_for_three_days_of_its_own(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = changed(2)
    receiver.answers = lambda: 410
    WebhookDelivery.objects.update(since=clock.now() - THREE_DAYS)
    worked_off()
    assert (now(first).state, now(second).state) == ("failed", "waiting")
    assert (now(second).tries, clock.now() - now(second).since < THREE_DAYS) == (1, True)


def test_what_waits_while_its_address_is_disabled_is_tried_for_three_days_afterwards(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [message] = changed()
    receiver.answers = lambda: 410
    worked_off()
    actor = endpoint.created_by
    webhooks.switch(actor=actor, endpoint=endpoint, on=False)
    with later(clock.now() + THREE_DAYS):
        webhooks.switch(actor=actor, endpoint=endpoint, on=True)
        assert now(message).failures == 0
        worked_off()
        assert (now(message).state, now(message).tries) == ("waiting", 2)
        since = now(message).since
        webhooks.switch(actor=actor, endpoint=endpoint, on=True)
        assert now(message).since == since, "it was on already"


def test_one_that_was_never_tried_is_not_given_up_while_its_address_is_left_alone(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    [message] = changed()
    until = clock.now() + timedelta(seconds=60)
    WebhookEndpoint.objects.update(paused_until=until)
    WebhookDelivery.objects.update(since=clock.now() - THREE_DAYS)
    deliver.call(message.pk, 0)
    assert (now(message).state, now(message).due_at) == ("waiting", until)
    WebhookDelivery.objects.update(failures=1)
    deliver.call(message.pk, 0)
    assert (now(message).state, now(message).problem) == ("failed", "address_away")


@pytest.mark.parametrize(("status", "state"), [(204, "delivered"), (410, "failed")])
def test_one_that_waits_no_more_tells_since_when(
    receiver: Receiver, endpoint: WebhookEndpoint, status: int, state: str
) -> None:
    [message] = changed()
    receiver.answers = lambda: status
    WebhookDelivery.objects.update(since=clock.now() - THREE_DAYS)
    begun = clock.now()
    worked_off()
    assert (now(message).state, begun <= now(message).since <= clock.now()) == (state, True)
