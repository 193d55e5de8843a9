"""An address is left alone for what it did itself, and for nothing else."""

import time
from datetime import timedelta

import pytest
import time_machine
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import WebhookDelivery, WebhookEndpoint
from orders.services import webhook_delivery, webhooks
from orders.services.webhook_delivery import deliver
from tests.services.hooks import answering, now, registered, worked_off
from tests.services.test_webhook_delivery import changed
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


@pytest.fixture
def message(endpoint: WebhookEndpoint) -> WebhookDelivery:
    [written] = changed()
    return written


@pytest.mark.parametrize("status", [204, 503])
def test_a_try_on_its_way_to_the_former_address_says_nothing_of_the_new_one(
    receiver: Receiver, endpoint: WebhookEndpoint, message: WebhookDelivery, status: int
) -> None:
    def change() -> None:
        url = "https://new.example.com/hooks"
        webhooks.change(actor=endpoint.created_by, endpoint=endpoint, name="Shop", url=url)

    receiver.answers = answering(status, after=change)
    deliver.call(message.pk, 0)
    assert now(message).last_status == status
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.failures) == ("https://new.example.com/hooks", 0)
    assert (endpoint.paused_until, endpoint.last_success_at) == (None, None)
    assert endpoint.last_failure_at is None


def test_tries_that_fail_at_one_time_all_count(
    receiver: Receiver, endpoint: WebhookEndpoint, message: WebhookDelivery
) -> None:
    receiver.answers = answering(503, after=lambda: WebhookEndpoint.objects.update(failures=4))
    deliver.call(message.pk, 0)
    endpoint.refresh_from_db()
    assert endpoint.failures == 5


def test_a_key_that_changed_pauses_nothing(
    endpoint: WebhookEndpoint, message: WebhookDelivery, settings: Settings
) -> None:
    settings.WEBHOOKS_KEY = "another key"
    worked_off()
    endpoint.refresh_from_db()
    assert (endpoint.last_problem, endpoint.paused_until) == ("secret_unreadable", None)
    assert endpoint.failures == 0


def test_a_fault_of_the_office_pauses_nothing(
    endpoint: WebhookEndpoint, message: WebhookDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_more: object) -> int:
        raise ValueError

    monkeypatch.setattr(webhook_delivery, "post", broken)
    worked_off()
    endpoint.refresh_from_db()
    assert (endpoint.last_problem, endpoint.paused_until) == ("not_sent", None)
    assert endpoint.failures == 0


def test_a_receiver_that_is_slow_is_left_alone_and_told_later_under_the_same_id(
    receiver: Receiver, endpoint: WebhookEndpoint, message: WebhookDelivery, settings: Settings
) -> None:
    settings.WEBHOOK_DEADLINE_S = 0.3
    receiver.answers = lambda: time.sleep(2) or 204
    assert deliver.call(message.pk, 0) is False
    tried = now(message)
    assert (tried.state, tried.problem, tried.failures) == ("waiting", "timeout", 1)
    assert tried.endpoint.paused_until is not None
    assert tried.due_at is not None
    receiver.answers = lambda: 204
    with time_machine.travel(tried.due_at + timedelta(minutes=1), tick=False):
        worked_off()
    assert now(message).state == "delivered"
    assert [one["id"] for one in receiver.told] == [message.message_id] * 2


def test_what_waits_goes_to_the_new_address_in_its_order(
    receiver: Receiver, endpoint: WebhookEndpoint, message: WebhookDelivery
) -> None:
    changed(order=message.order)
    receiver.answers = lambda: 503
    worked_off()
    with Receiver() as new:
        webhooks.change(actor=endpoint.created_by, endpoint=endpoint, name="Shop", url=new.url)
        with time_machine.travel(clock.now() + timedelta(minutes=1), tick=False):
            worked_off()
        assert [one["sequence"] for one in new.told] == [1, 2]
        assert new.told[0]["id"] == message.message_id
    assert len(receiver.requests) == 1
