"""The queue on a real broker: workers of Celery share a repeat run, and one of them is killed."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from orders.models import Operation, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.states import Status
from tests.factories import StaffFactory
from tests.management.test_work import ROOT, database_url, wait_until
from tests.services import repeat

REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not REDIS, reason="no redis-server was found, so no broker was used"),
    pytest.mark.skipif(not importlib.util.find_spec("celery"), reason="the extra is not installed"),
]
ROWS = 60
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """The address of a broker of this test's own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(REDIS), "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: _answers(port))
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def start(broker: str, gateway: Sandbox) -> Iterator[Start]:
    """Starts a program of the office; all that still run are killed."""
    started = []

    def begin(*command: str) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "DEMO": "true",
            "DATABASE_URL": database_url(),
            "BROKER_URL": broker,
            "APS_API_URL": gateway.api_url,
            "APS_PAGE_URL": gateway.page_url,
            "CHARGE_DEADLINE_S": "3",
            "REPEAT_RATE": "40",
        }
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def test_workers_on_a_broker_share_a_run_and_one_that_is_killed_is_made_up_for(
    gateway: Sandbox, start: Start
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("several machines share a run on PostgreSQL")
    gateway.set(delay_after_commit_s=0.3)
    celery = ("-m", "celery", "-A", "motooffice.broker", "worker", "--pool", "solo", "-l", "ERROR")
    start("manage.py", "work", "--pause", "0.2")
    first = start(*celery, "-n", "first@%h")
    second = start(*celery, "-n", "second@%h")
    clerk: Staff = StaffFactory(clerk=True)
    run = repeat.started(clerk, repeat.sheet(repeat.cards(gateway, ROWS)))
    wait_until(lambda: len(repeat.charged(gateway)) >= ROWS // 4)
    time.sleep(0.5)
    second.kill()
    second.wait()
    wait_until(lambda: RepeatRun.objects.get(pk=run.pk).state == RunState.ENDED)
    assert first.poll() is None
    assert set(run.items.values_list("state", flat=True)) == {ItemState.TAKEN}
    references = repeat.charged(gateway)
    assert len(references) == len(set(references)) <= ROWS
    approved = Operation.objects.filter(status=Status.APPROVED)
    assert {one.merchant_reference for one in approved} <= set(references)
