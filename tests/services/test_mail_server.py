"""A mail server that has a whole receipt and does not answer gets it once, however slow it is."""

import socketserver
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import get_connection
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Receipt
from orders.services import attention, mail_server, receipt_delivery
from orders.services.receipt_delivery import deliver, lease
from orders.states import ReceiptState
from tests.factories import StaffFactory
from tests.services.after_sale import kinds
from tests.services.test_receipt_delivery import due, now, receipt, worked_off
from tests.views.order_pages import look

__all__ = ["receipt"]

pytestmark = pytest.mark.django_db(transaction=True)


class Server(socketserver.ThreadingTCPServer):
    """Speaks SMTP. ``answers`` are its words after DATA, after the whole mail and after QUIT, with
    a pause before the second; "" hangs up instead. ``mails`` is all that it took.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers = ["354 go on", "250 taken", "221 bye"]
        self.pause_s = 0.0
        self.mails: list[bytes] = []


class Session(socketserver.StreamRequestHandler):
    """One connection to it."""

    server: Server

    def handle(self) -> None:
        go_on, taken, bye = self.server.answers
        self._say("220 ready")
        while command := self.rfile.readline().strip().upper():
            if command != b"DATA":
                self._say(bye if command == b"QUIT" else "250 ok")
                continue
            if not go_on:
                return
            self._say(go_on)
            if not go_on.startswith("354"):
                continue
            self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            time.sleep(self.server.pause_s)
            if not taken:
                return
            self._say(taken)

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with Server() as one:
        threading.Thread(target=one.serve_forever, args=[0.01], daemon=True).start()
        settings.EMAIL_BACKEND = mail_server.BY_SMTP
        settings.EMAIL_HOST, settings.EMAIL_PORT = one.server_address
        yield one
        one.shutdown()


def test_a_receipt_leaves_by_smtp(server: Server, receipt: Receipt) -> None:
    assert deliver.call(receipt.pk, 0)
    [sent] = server.mails
    assert b"To: aisha@example.com" in sent
    assert now(receipt).state == ReceiptState.SENT


def test_a_server_that_is_slow_to_say_yes_gets_it_once(
    server: Server, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "ANSWER_S", 0.5)
    server.pause_s = 1.2
    assert deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.SENT


@pytest.mark.parametrize("answer", ["late", "", "nonsense"])
def test_a_server_that_has_it_and_does_not_say_so_never_gets_it_again_by_itself(
    server: Server, receipt: Receipt, settings: Settings, answer: str
) -> None:
    server.answers[1] = answer
    if answer == "late":
        server.pause_s, settings.RECEIPT_TIMEOUT_S = 0.6, 0.2
    assert not deliver.call(receipt.pk, 0)
    done = now(receipt)
    assert (done.state, done.due_at, done.problem) == (ReceiptState.PERHAPS, None, "")
    assert kinds(receipt.order)[-1] == "receipt_perhaps"
    server.pause_s = 0
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        worked_off()
    assert len(server.mails) == 1


def test_staff_are_told_and_decide(server: Server, receipt: Receipt) -> None:
    server.answers[1] = ""
    deliver.call(receipt.pk, 0)
    text = look(receipt.order)
    assert "Perhaps sent" in text
    assert "Ask the customer before you send it again." in text
    assert "Send again…" in text
    [alarm] = attention.alarms(StaffFactory(supervisor=True)).items
    assert "No program sends it again" in alarm.to_do


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("answer", ["451 later", "554 never"])
def test_a_server_that_said_no_gets_it_later(
    server: Server, receipt: Receipt, place: int, answer: str
) -> None:
    server.answers[place] = answer
    assert not deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.WAITING
    server.answers[place] = ["354 go on", "250 taken"][place]
    with time_machine.travel(due(receipt), tick=False):
        worked_off()
    assert now(receipt).state == ReceiptState.SENT


def test_a_server_that_hangs_up_before_it_had_the_mail_gets_it_later(
    server: Server, receipt: Receipt
) -> None:
    server.answers[0] = ""
    deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.WAITING
    assert server.mails == []


@pytest.mark.parametrize(("place", "answer"), [(1, "251 will forward"), (2, "x" * 10_000), (2, "")])
def test_a_yes_is_a_yes_however_it_says_good_bye(
    server: Server, receipt: Receipt, place: int, answer: str
) -> None:
    server.answers[place] = answer
    assert deliver.call(receipt.pk, 0)


def test_one_that_was_replaced_while_it_left_was_perhaps_sent(
    server: Server, receipt: Receipt, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers[1] = ""
    made = receipt_delivery.mail_of

    def replaced(one: Receipt) -> object:
        Receipt.objects.update(state=ReceiptState.REPLACED, due_at=None)
        return made(one)

    monkeypatch.setattr(receipt_delivery, "mail_of", replaced)
    deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.PERHAPS


def test_nobody_else_sends_it_while_it_may_still_be_answered(
    receipt: Receipt, settings: Settings
) -> None:
    settings.RECEIPT_TIMEOUT_S = 4000
    assert lease() > timedelta(seconds=mail_server.longest_s()) > timedelta(seconds=4000)


def test_whatever_is_no_smtp_mails_as_the_settings_say(settings: Settings) -> None:
    assert type(mail_server.connection()) is type(get_connection())
    settings.EMAIL_BACKEND, settings.EMAIL_USE_SSL = mail_server.BY_SMTP, True
    by_tls = mail_server.PatientBackend().connection_class
    assert issubclass(by_tls, mail_server.SMTP_SSL)
