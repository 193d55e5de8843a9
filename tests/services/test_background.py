"""The process that works off what others put off: one task at a time, with a sign of life."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django_tasks_db.models import DBTaskResult

from orders import clock
from orders.models import Heartbeat, Receipt
from orders.services import heartbeat, receipt_delivery, receipts
from orders.services.background import Background
from orders.states import ReceiptState
from tests.factories import OrderFactory
from tests.services.hooks import registered
from tests.services.test_webhook_delivery import changed
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def receipts_wait(count: int) -> None:
    for number in range(count):
        order = OrderFactory(charged=True, receipt_address=f"aisha{number}@example.com")
        receipts.follow(order)


def test_a_round_does_all_that_waits() -> None:
    receipts_wait(3)
    assert Background().round() == 3
    assert len(mail.outbox) == 3
    assert Background().round() == 0


def test_receipts_do_not_wait_behind_webhooks(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(receiver)
    changed()
    receipts_wait(1)
    mailed_before = []
    receiver.answers = lambda: mailed_before.append(len(mail.outbox)) or 204
    assert Background().round() == 2
    assert mailed_before == [1]


def test_it_gives_a_sign_of_life_that_is_no_resolvers() -> None:
    Background().round()
    assert Heartbeat.objects.get().name.startswith(heartbeat.WORKER)
    assert heartbeat.living() == 0


def test_it_gives_signs_of_life_while_a_mail_takes_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    receipts_wait(1)
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.01)
    background, beats = Background(), threading.Event()
    made = receipt_delivery.mail_of

    def slowly(receipt: Receipt) -> object:
        monkeypatch.setattr(background.heart, "beat", beats.set)
        assert beats.wait(10)
        return made(receipt)

    monkeypatch.setattr(receipt_delivery, "mail_of", slowly)
    background.round()
    assert len(mail.outbox) == 1


def test_asked_to_stop_it_begins_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    receipts_wait(3)
    background = Background()
    sent = receipt_delivery.mail_of

    def stop_after(receipt: object) -> object:
        background.stop.set()
        return sent(receipt)  # type: ignore[arg-type]

    monkeypatch.setattr(receipt_delivery, "mail_of", stop_after)
    assert background.round() == 1
    assert len(mail.outbox) == 1
    assert DBTaskResult.objects.ready().count() == 2


def test_a_task_that_breaks_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    receipts_wait(2)
    first = DBTaskResult.objects.order_by("enqueued_at").first()
    assert first
    first.args_kwargs = {"args": ["nonsense"], "kwargs": {}}
    first.save()
    assert Background().round() == 2
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("tries", [0, 1])
def test_what_a_killed_worker_was_doing_fails_visibly_and_is_made_up_for(
    caplog: pytest.LogCaptureFixture, tries: int
) -> None:
    """Killed before the receipt was claimed, or after."""
    receipts_wait(1)
    task = DBTaskResult.objects.get()
    task.claim("worker somewhere:7")
    Receipt.objects.update(tries=tries, due_at=clock.now() + receipt_delivery.lease())
    Background().round()
    task.refresh_from_db()
    assert (task.status, mail.outbox) == ("RUNNING", [])
    with time_machine.travel(clock.now() + receipt_delivery.lease() + timedelta(seconds=1)):
        Background().round()
    task.refresh_from_db()
    assert task.status == "FAILED"
    assert task.exception_class_path.endswith("NeverFinished")
    assert "worker somewhere:7 was never finished" in caplog.text
    assert Receipt.objects.get().state == ReceiptState.SENT
    with time_machine.travel(clock.now() + timedelta(days=2)):
        Background().round()
    assert not DBTaskResult.objects.exists()


def test_what_ended_days_ago_is_forgotten_and_what_waits_is_not() -> None:
    receipts_wait(2)
    Background().round()
    receipts_wait(1)
    old, young = DBTaskResult.objects.finished()
    DBTaskResult.objects.filter(pk=old.pk).update(finished_at=clock.now() - timedelta(hours=25))
    background = Background()
    background.stop.set()
    background.round()
    assert not DBTaskResult.objects.filter(pk=old.pk).exists()
    assert DBTaskResult.objects.filter(pk=young.pk).exists()
    assert DBTaskResult.objects.ready().count() == 1
