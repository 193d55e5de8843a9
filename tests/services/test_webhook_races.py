"""Workers and people at one instant, on both databases: nothing is lost, sent in a wrong order, or
noted twice.
"""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from orders import clock
from orders.models import Order, WebhookDelivery, WebhookEndpoint
from orders.services import paid, webhook_delivery, webhook_replay
from orders.services.background import Background
from orders.services.webhook_delivery import LEASE_S
from tests.factories import OrderFactory
from tests.faults.processes import Process, nobody_commits, until
from tests.services.hooks import registered
from tests.services.test_webhook_delivery import changed
from tests.together import together
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


def worker(expected: int) -> Callable[[], object]:
    """Works until so many messages have arrived, or for too long."""

    def work() -> object:
        background = Background()
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            background.round()
            if WebhookDelivery.objects.filter(state="delivered").count() == expected:
                return None
            time.sleep(0.05)
        return "too long"

    return work


def test_two_workers_share_what_people_change_meanwhile(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    orders = [OrderFactory(charged=True) for _each in range(2)]

    def change(order: Order) -> Callable[[], object]:
        return lambda: [changed(order=order) for _each in range(5)] and None

    done = together(*map(change, orders), worker(10), worker(10))
    assert done == [None] * 4
    for order in orders:
        mine = [one["sequence"] for one in receiver.told if one["order"]["number"] == order.number]
        assert mine == [1, 2, 3, 4, 5]


def test_workers_at_one_instant_take_one_task_each(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    rows = [changed()[0] for _each in range(3)]
    acts = [lambda row=row: webhook_delivery.deliver.call(row.pk, 0) for row in rows] * 2
    done = together(*acts)
    assert sorted(map(str, done)) == ["False"] * 3 + ["True"] * 3
    assert len(receiver.requests) == 3


def test_a_message_that_arrives_while_the_next_is_written_does_not_strand_it(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    for _each in range(5):
        [first] = changed()
        assert first.order
        order = first.order
        together(
            lambda first=first: webhook_delivery.deliver.call(first.pk, 0),
            lambda order=order: changed(order=order),
        )
        waiting = WebhookDelivery.objects.filter(state="waiting")
        assert waiting.filter(due_at=None).count() == 0
        Background().round()
        assert not waiting.exists()


def test_one_press_of_send_again_counts(receiver: Receiver, endpoint: WebhookEndpoint) -> None:
    [message] = changed()
    Background().round()
    row = WebhookDelivery.objects.select_related("endpoint").get(pk=message.pk)
    actor = endpoint.created_by
    done = together(*[lambda: webhook_replay.send_again(actor=actor, delivery=row)] * 2)
    assert sum(one is None for one in done) == 1
    Background().round()
    assert len(receiver.requests) == 2


def test_a_worker_that_is_killed_while_the_receiver_answers_costs_a_repetition(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = changed(2)
    receiver.answers = lambda: time.sleep(0.3)
    process = Process(lambda: webhook_delivery.deliver.call(first.pk, 0))
    until(lambda: len(receiver.requests) == 1)
    process.kill()
    receiver.answers = lambda: 204
    Background().round()
    assert len(receiver.requests) == 1, "nobody knows yet that it died"
    with time_machine.travel(clock.now() + timedelta(seconds=LEASE_S + 1), tick=False):
        Background().round()
    ids = [one["id"] for one in receiver.told]
    assert ids == [first.message_id, first.message_id, second.message_id]
    assert not WebhookDelivery.objects.exclude(state="delivered").exists()


def test_a_change_whose_process_is_killed_before_its_commit_is_not_told(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    order = OrderFactory(charged=True)
    with nobody_commits():
        process = Process(lambda: paid.mark_paid(actor=order.taken_by, order=order))
        time.sleep(0.5)
        process.kill()
    Background().round()
    assert receiver.requests == []
    order.refresh_from_db()
    assert order.paid_at is None
