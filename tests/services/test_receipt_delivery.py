"""A receipt leaves once, whatever dies or is away; and it is tried for three days."""

from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError, connection
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Receipt
from orders.services import attention, patience, receipt_delivery, receipts
from orders.services.background import Background
from orders.services.receipt_delivery import deliver, lease, sweep
from orders.states import ReceiptState
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import kinds
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

AWAY = SMTPServerDisconnected("mail.example.com went away")
REFUSED = SMTPRecipientsRefused({"aisha@example.com": (550, b"no such user aisha@example.com")})
GREY = SMTPRecipientsRefused({"aisha@example.com": (451, b"come back later")})


class Failing(BaseEmailBackend):
    """A mail server that fails in the way of ``error``."""

    error: Exception = AWAY

    def send_messages(self, email_messages: object) -> int:
        raise self.error


@pytest.fixture
def receipt() -> Receipt:
    """A receipt that the program wrote with the proof of a charge, and its task."""
    order = OrderFactory(charged=True, receipt_address="aisha@example.com")
    receipts.follow(order)
    return Receipt.objects.get()


def now(receipt: Receipt) -> Receipt:
    return Receipt.objects.get(pk=receipt.pk)


def fails(settings: Settings, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Failing, "error", error)
    settings.EMAIL_BACKEND = f"{__name__}.Failing"


def worked_off() -> None:
    """All that was queued is done, and nothing else."""
    Background().round()


def test_it_is_sent_and_noted(receipt: Receipt) -> None:
    assert deliver.call(receipt.pk, 0)
    [sent] = mail.outbox
    assert sent.to == ["aisha@example.com"]
    done = now(receipt)
    assert (done.state, done.due_at, done.problem) == (ReceiptState.SENT, None, "")
    assert done.sent_at
    assert kinds(receipt.order)[-1] == "receipt_sent"


def test_the_worker_finds_it_in_the_queue(receipt: Receipt) -> None:
    worked_off()
    assert len(mail.outbox) == 1
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


def test_equal_tasks_send_it_once(receipt: Receipt) -> None:
    assert [deliver.call(receipt.pk, 0) for _each in range(3)] == [True, False, False]
    assert len(mail.outbox) == 1


def test_workers_at_the_same_moment_send_it_once(receipt: Receipt) -> None:
    done = together(*[lambda: deliver.call(receipt.pk, 0)] * 4)
    assert sorted(map(str, done)) == ["False", "False", "False", "True"]
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_is_tried_again_later_and_later(
    receipt: Receipt, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(settings, AWAY, monkeypatch)
    waits = []
    moment = clock.now()
    for _each in range(6):
        with time_machine.travel(moment, tick=False):
            worked_off()
            waits.append((due(receipt) - moment).total_seconds())
        moment = due(receipt)
    assert waits == [60, 300, 900, 3600, 3600, 3600]
    assert now(receipt).problem == "SMTPServerDisconnected"
    assert mail.outbox == []


def test_nothing_is_tried_before_it_is_due(
    receipt: Receipt, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(settings, AWAY, monkeypatch)
    worked_off()
    for _each in range(3):
        worked_off()
    assert now(receipt).tries == 1
    with time_machine.travel(due(receipt) - timedelta(seconds=1), tick=False):
        worked_off()
    assert now(receipt).tries == 1


def test_a_server_that_is_back_gets_it(
    receipt: Receipt, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = settings.EMAIL_BACKEND
    fails(settings, AWAY, monkeypatch)
    worked_off()
    settings.EMAIL_BACKEND = working
    with time_machine.travel(due(receipt), tick=False):
        worked_off()
    assert len(mail.outbox) == 1
    assert (now(receipt).state, now(receipt).problem) == (ReceiptState.SENT, "")


def test_after_three_days_a_person_has_to_look(
    receipt: Receipt, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(settings, GREY, monkeypatch)
    while due_at := now(receipt).due_at:
        assert due_at < receipt.made_at + timedelta(days=3, hours=2)
        with time_machine.travel(due_at, tick=False):
            worked_off()
    done = now(receipt)
    assert (done.state, done.problem) == (ReceiptState.FAILED, "SMTPRecipientsRefused 451")
    assert done.tries > 70
    [alarm] = attention.alarms(StaffFactory(supervisor=True)).items
    assert (alarm.title, alarm.operation) == ("A receipt could not be sent", receipt.operation)
    assert alarm.to_do.startswith("The mail server did not take it for three days")


def test_an_address_that_does_not_exist_is_told_at_once(
    receipt: Receipt, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(settings, REFUSED, monkeypatch)
    worked_off()
    assert (now(receipt).state, now(receipt).tries) == (ReceiptState.FAILED, 1)
    assert kinds(receipt.order)[-1] == "receipt_failed"
    [alarm] = attention.alarms(StaffFactory(supervisor=True)).items
    assert alarm.to_do.startswith("Ask the customer for the right address")


@pytest.mark.parametrize(
    "error", [REFUSED, SMTPDataError(554, b"card 4005550000000001 of aisha@example.com refused")]
)
def test_what_the_server_said_is_kept_without_anybody_in_it(
    receipt: Receipt,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    fails(settings, error, monkeypatch)
    worked_off()
    said = now(receipt).problem + caplog.text + str(DBTaskResult.objects.get().traceback)
    assert now(receipt).problem.startswith(type(error).__name__)
    assert now(receipt).problem.endswith(("550", "554"))
    assert "aisha" not in said
    assert "4005" not in said


def test_a_process_that_dies_while_sending_is_made_up_for(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process ends here."""

    def die(_receipt: Receipt) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(receipt_delivery, "mail_of", die)
        with pytest.raises(Killed):
            deliver.call(receipt.pk, 0)
    DBTaskResult.objects.all().delete()
    assert (now(receipt).state, now(receipt).tries) == (ReceiptState.WAITING, 1)
    worked_off()
    assert mail.outbox == []
    with time_machine.travel(clock.now() + lease() + timedelta(seconds=1), tick=False):
        worked_off()
    assert len(mail.outbox) == 1
    assert now(receipt).state == ReceiptState.SENT


def test_a_database_that_is_away_for_a_moment_after_the_mail_left_costs_no_second_one(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0))
    record, away = receipt_delivery.audit.record, [OperationalError, OperationalError]

    def flaky(*given: Any, **more: Any) -> object:
        if away:
            raise away.pop()
        return record(*given, **more)

    monkeypatch.setattr(receipt_delivery.audit, "record", flaky)
    assert deliver.call(receipt.pk, 0)
    assert (now(receipt).state, len(mail.outbox)) == (ReceiptState.SENT, 1)


def test_one_whose_commit_was_not_answered_is_noted_once(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0,))
    end, lost = receipt_delivery._end, [OperationalError]

    def answered_late(*given: Any, **more: Any) -> bool:
        is_out = end(*given, **more)
        if lost:
            raise lost.pop()
        return is_out

    monkeypatch.setattr(receipt_delivery, "_end", answered_late)
    assert deliver.call(receipt.pk, 0)
    assert kinds(receipt.order).count("receipt_sent") == 1


def test_a_database_that_stays_away_after_the_mail_left_costs_a_second_one_and_no_loss(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0))

    def away(*_given: object, **_more: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(receipt_delivery.audit, "record", away)
        with pytest.raises(OperationalError):
            deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.WAITING
    with time_machine.travel(clock.now() + lease() + timedelta(seconds=1), tick=False):
        worked_off()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert now(receipt).state == ReceiptState.SENT


def test_a_task_that_was_lost_is_made_anew(receipt: Receipt) -> None:
    DBTaskResult.objects.all().delete()
    assert sweep() == 0
    with time_machine.travel(due(receipt), tick=False):
        assert sweep() == 1
        assert sweep() == 0
        worked_off()
    assert len(mail.outbox) == 1


def test_sweeps_at_the_same_moment_make_one_task(receipt: Receipt) -> None:
    DBTaskResult.objects.all().delete()
    Receipt.objects.update(due_at=clock.now())
    done = together(*[sweep] * 3)
    assert sorted(map(str, done)) == ["0", "0", "1"]
    assert DBTaskResult.objects.count() == 1


def test_no_transaction_is_open_while_the_mail_leaves(
    receipt: Receipt, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    seen = []

    def note(self: object, _messages: object) -> int:
        seen.append(connection.in_atomic_block)
        return 1

    monkeypatch.setattr(Failing, "send_messages", note)
    settings.EMAIL_BACKEND = f"{__name__}.Failing"
    worked_off()
    assert seen == [False]


def due(receipt: Receipt) -> datetime:
    due_at = now(receipt).due_at
    assert due_at
    return due_at
