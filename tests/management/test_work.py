"""The worker as an installation runs it: a process of its own on the office's database."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django_tasks_db.models import DBTaskResult

from orders import clock
from orders.management.commands import work
from orders.models import Heartbeat, Receipt
from orders.services import receipts
from orders.services.background import Background
from orders.services.heartbeat import WORKER
from orders.services.receipt_delivery import lease
from orders.states import ReceiptState
from tests.factories import OrderFactory

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
Start = Callable[[str], "subprocess.Popen[bytes]"]

pytestmark = pytest.mark.django_db(transaction=True)


def database_url() -> str:
    """The tests' database, as a process of its own finds it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a worker that sends its mail to an address; all that still run are killed."""
    started = []

    def begin(email_url: str) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "DEMO": "true",
            "DATABASE_URL": database_url(),
            "EMAIL_URL": email_url,
        }
        command = [sys.executable, "manage.py", "work", "--pause", "0.1"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def receipt() -> Receipt:
    order = OrderFactory(charged=True, receipt_address="aisha@example.com")
    receipts.follow(order)
    return Receipt.objects.get()


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def now(receipt: Receipt) -> Receipt:
    return Receipt.objects.get(pk=receipt.pk)


def test_a_worker_sends_what_waits_and_what_comes_and_ends_when_asked(
    receipt: Receipt, start: Start, tmp_path: Path
) -> None:
    process = start(f"filemail:///{tmp_path}/mail")
    wait_until(lambda: now(receipt).state == ReceiptState.SENT)
    receipts.ask(
        actor=receipt.order.taken_by,
        order=receipt.order,
        email="other@example.com",
        form_key="a" * 26,
    )
    wait_until(lambda: not Receipt.objects.exclude(state=ReceiptState.SENT).exists())
    assert Heartbeat.objects.filter(name__startswith=WORKER).exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0
    texts = [file.read_text() for file in (tmp_path / "mail").iterdir()]
    assert sorted("other@example.com" in text for text in texts) == [False, True]
    assert DBTaskResult.objects.successful().count() == 2


def test_a_worker_killed_while_it_sends_is_made_up_for(
    receipt: Receipt, start: Start, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        first = start(f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        silent.settimeout(PATIENCE_S)
        hanging, _address = silent.accept()
        first.kill()
        first.wait()
        hanging.close()
    assert (now(receipt).state, now(receipt).tries) == (ReceiptState.WAITING, 1)
    assert DBTaskResult.objects.running().count() == 1
    second = start(f"filemail:///{tmp_path}/mail")
    wait_until(lambda: Heartbeat.objects.filter(name__endswith=f":{second.pid}").exists())
    assert now(receipt).state == ReceiptState.WAITING
    Receipt.objects.update(due_at=clock.now())  # its lease is over
    wait_until(lambda: now(receipt).state == ReceiptState.SENT)
    assert len(list((tmp_path / "mail").iterdir())) == 1


def test_whoever_stops_it_waits_for_the_longest_mail() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    _before, worker = compose.split("\n  worker:\n")
    [grace_s] = re.findall(r"stop_grace_period: (\d+)s", worker)
    assert int(grace_s) > lease().total_seconds()


def test_once_is_one_round(receipt: Receipt, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("work", "--once")
    assert capsys.readouterr().out == "1 tasks done\n"
    assert now(receipt).state == ReceiptState.SENT


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_database_that_is_away_does_not_end_it(
    receipt: Receipt,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: int,
) -> None:
    handlers = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    acts = iter(["away", "away", "work", "end"])

    class Shaken(Background):
        def round(self) -> int:
            act = next(acts)
            if act == "away":
                raise OperationalError("the server closed the connection")
            if act == "end":
                os.kill(os.getpid(), number)
            return super().round()

    monkeypatch.setattr(work, "Background", Shaken)
    try:
        call_command("work", "--pause", "0")
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
    assert capsys.readouterr().err == "the database is away: OperationalError\n" * 2
    assert now(receipt).state == ReceiptState.SENT
    assert next(acts, None) is None
