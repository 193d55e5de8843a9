"""A message arrives, whatever dies or is away; it is tried for three days, and those of an order in
their order.
"""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Event, Order, WebhookDelivery, WebhookEndpoint
from orders.services import attention, paid, totals, webhook_delivery, webhooks
from orders.services.webhook_delivery import LEASE_S, deliver, sweep
from orders.states import WebhookState
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import kinds
from tests.services.hooks import now, registered, worked_off
from tests.together import together
from tests.webhooks.receiver import Receiver, published

pytestmark = pytest.mark.django_db(transaction=True)


def changed(count: int = 1, order: Order | None = None) -> list[WebhookDelivery]:
    """Messages about one order, by changes of its money, the earliest first."""
    order = order or OrderFactory(charged=True)
    for _each in range(count):
        with transaction.atomic():
            locked = Order.objects.locked(order.pk)
            paid_at = None if locked.paid_at else clock.now()
            Order.objects.filter(pk=order.pk).update(paid_at=paid_at)
            locked.refresh_from_db()
            totals.recompute(locked)
    return list(WebhookDelivery.objects.filter(order=order).order_by("endpoint", "sequence"))


@pytest.fixture
def endpoint(receiver: Receiver) -> WebhookEndpoint:
    return registered(receiver)[0]


@pytest.fixture
def message(endpoint: WebhookEndpoint) -> WebhookDelivery:
    [written] = changed()
    return written


def due(delivery: WebhookDelivery) -> datetime:
    due_at = now(delivery).due_at
    assert due_at
    return due_at


def later(moment: datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def test_it_is_sent_signed_and_noted(receiver: Receiver) -> None:
    endpoint, secret = registered(receiver)
    order = OrderFactory(charged=True)
    paid.mark_paid(actor=order.taken_by, order=order)
    worked_off()
    [(_path, headers, body)] = receiver.requests
    assert published()(secret, headers, body)
    message = WebhookDelivery.objects.get()
    assert (headers["Webhook-Id"], body.decode()) == (message.message_id, message.body)
    assert (message.state, message.due_at, message.problem) == ("delivered", None, "")
    assert (message.last_status, message.tries) == (204, 1)
    assert message.delivered_at
    endpoint.refresh_from_db()
    assert endpoint.last_success_at
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_while_a_secret_is_replaced_both_sign(receiver: Receiver) -> None:
    endpoint, old = registered(receiver)
    actor = endpoint.created_by
    new = webhooks.rotate(actor=actor, endpoint=endpoint, overlap_h=24, present=0)
    changed()
    worked_off()
    [(_path, headers, body)] = receiver.requests
    assert published()(old, headers, body)
    assert published()(new, headers, body)
    endpoint.refresh_from_db()
    with later(clock.now() + timedelta(hours=25)):
        assert len(webhook_delivery.webhook_secrets.held(endpoint)) == 1


def test_equal_tasks_send_it_once(receiver: Receiver, message: WebhookDelivery) -> None:
    assert [deliver.call(message.pk, 0) for _each in range(3)] == [True, False, False]
    assert len(receiver.requests) == 1


def test_workers_at_the_same_moment_send_it_once(
    receiver: Receiver, message: WebhookDelivery
) -> None:
    done = together(*[lambda: deliver.call(message.pk, 0)] * 4)
    assert sorted(map(str, done)) == ["False", "False", "False", "True"]
    assert len(receiver.requests) == 1


def test_a_receiver_that_fails_is_tried_again_later_and_later(
    receiver: Receiver, message: WebhookDelivery
) -> None:
    receiver.answers = lambda: 500
    waits, moment = [], clock.now()
    for _each in range(11):
        with later(moment):
            worked_off()
            waits.append((due(message) - moment).total_seconds())
        moment = due(message)
    wanted = [min(3600, 10 * 2**power) for power in range(11)]
    assert all(0.8 * one <= wait <= 1.2 * one for wait, one in zip(waits, wanted, strict=True))
    assert len(set(waits[-3:])) == 3, "moved by chance"
    assert len({headers["Webhook-Id"] for _path, headers, _body in receiver.requests}) == 1
    done = now(message)
    assert (done.problem, done.last_status, len(done.log)) == ("http_500", 500, 11)


def test_nothing_is_tried_before_it_is_due(receiver: Receiver, message: WebhookDelivery) -> None:
    receiver.answers = lambda: 500
    for _each in range(3):
        worked_off()
    with later(due(message) - timedelta(seconds=1)):
        worked_off()
    assert now(message).tries == 1


def test_after_three_days_a_person_has_to_look_and_the_next_one_goes(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = changed(2)
    receiver.answers = lambda: 204 if first.message_id not in receiver.told[-1]["id"] else 410
    while due_at := now(first).due_at:
        assert due_at < first.made_at + timedelta(days=3, hours=2)
        assert now(second).tries == 0
        with later(due_at):
            worked_off()
    done = now(first)
    assert (done.state, done.problem) == (WebhookState.FAILED, "http_410")
    assert done.tries > 70
    assert now(second).state == WebhookState.DELIVERED
    [alarm] = attention.alarms(StaffFactory(supervisor=True)).items
    assert alarm.title == "A webhook could not be delivered"
    assert "send it again" in alarm.to_do


def test_messages_of_an_order_arrive_in_its_order(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    rows = changed(4)
    assert [row.due_at is None for row in rows] == [False, True, True, True]
    for row in reversed(rows):
        deliver.call(row.pk, 0)
    worked_off()
    assert [one["sequence"] for one in receiver.told] == [1, 2, 3, 4]


def test_a_later_one_waits_for_the_one_before_it(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, second = changed(2)
    receiver.answers = lambda: 500
    worked_off()
    with later(due(first) - timedelta(seconds=1)):
        worked_off()
    assert now(second).tries == 0
    receiver.answers = lambda: 200
    with later(due(first)):
        worked_off()
    assert [one["sequence"] for one in receiver.told] == [1, 1, 2]


def test_other_orders_and_addresses_do_not_wait(
    receiver: Receiver, endpoint: WebhookEndpoint
) -> None:
    registered(receiver, "Ledger", actor=endpoint.created_by)
    failing, _other = changed()
    receiver.answers = lambda: 500 if receiver.told[-1]["id"] == failing.message_id else 200
    changed()
    worked_off()
    states = [row.state for row in WebhookDelivery.objects.all()]
    assert sorted(states) == ["delivered", "delivered", "delivered", "waiting"]


def test_a_process_that_dies_while_sending_is_made_up_for_under_the_same_id(
    receiver: Receiver, message: WebhookDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def die(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(webhook_delivery, "_arrived", die)
        with pytest.raises(Killed):
            deliver.call(message.pk, 0)
    DBTaskResult.objects.all().delete()
    worked_off()
    assert len(receiver.requests) == 1
    with later(clock.now() + timedelta(seconds=LEASE_S + 1)):
        worked_off()
    first, second = receiver.told
    assert first == second
    assert now(message).state == WebhookState.DELIVERED


def test_a_database_that_is_away_afterwards_loses_nothing(
    receiver: Receiver, message: WebhookDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(webhook_delivery, "next_in_line", away)
        with pytest.raises(OperationalError):
            deliver.call(message.pk, 0)
    assert now(message).state == WebhookState.WAITING
    with later(clock.now() + timedelta(seconds=LEASE_S + 1)):
        worked_off()
    assert now(message).state == WebhookState.DELIVERED


def test_a_task_that_was_lost_is_made_anew(receiver: Receiver, message: WebhookDelivery) -> None:
    DBTaskResult.objects.all().delete()
    assert sweep() == 0
    with later(due(message)):
        assert sweep() == 1
        assert sweep() == 0
        worked_off()
    assert len(receiver.requests) == 1


def test_sweeps_at_the_same_moment_make_one_task(message: WebhookDelivery) -> None:
    DBTaskResult.objects.all().delete()
    WebhookDelivery.objects.update(due_at=clock.now())
    assert sorted(map(str, together(*[sweep] * 3))) == ["0", "0", "1"]
    assert DBTaskResult.objects.count() == 1


def test_no_transaction_is_open_while_it_is_sent(
    message: WebhookDelivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def note(*_given: object, **_more: object) -> int:
        seen.append(connection.in_atomic_block)
        return 200

    monkeypatch.setattr(webhook_delivery, "post", note)
    worked_off()
    assert seen == [False]


def test_a_message_is_not_sent_to_a_private_address(
    receiver: Receiver, message: WebhookDelivery, settings: Settings
) -> None:
    settings.WEBHOOK_PRIVATE_TARGETS = []
    worked_off()
    assert receiver.requests == []
    assert (now(message).state, now(message).problem) == ("waiting", "private_address")


def test_a_key_that_changed_is_told_and_loses_nothing(
    receiver: Receiver, message: WebhookDelivery, settings: Settings
) -> None:
    settings.WEBHOOKS_KEY = "another key"
    worked_off()
    assert receiver.requests == []
    assert (now(message).state, now(message).problem) == ("waiting", "secret_unreadable")


def test_the_trail_tells_of_a_failure_without_a_secret(
    receiver: Receiver, message: WebhookDelivery
) -> None:
    receiver.answers = lambda: 410
    WebhookDelivery.objects.update(since=clock.now() - timedelta(days=3))
    worked_off()
    event = Event.objects.get(kind="webhook_failed")
    assert event.data == {"webhook": "Shop", "message": message.message_id, "problem": "http_410"}
    assert message.order
    assert kinds(message.order)[-1] == "webhook_failed"
