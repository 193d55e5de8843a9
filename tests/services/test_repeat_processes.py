"""Several workers, each a process of its own, share one run; one is killed in the middle of it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from orders import clock
from orders.models import Event, Heartbeat, Operation, Staff
from orders.run_states import ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.services import resolve
from orders.states import Status
from tests.management.test_work import ROOT, database_url, wait_until
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 60
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(gateway: Sandbox) -> Iterator[Start]:
    """Starts a worker; all that still run are killed."""
    started = []

    def begin() -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "DEMO": "true",
            "DATABASE_URL": database_url(),
            "APS_API_URL": gateway.api_url,
            "APS_PAGE_URL": gateway.page_url,
            "CHARGE_DEADLINE_S": "3",
            "REPEAT_RATE": "40",
        }
        command = [sys.executable, "manage.py", "work", "--pause", "0.1"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def test_two_workers_share_a_run_and_one_that_is_killed_is_made_up_for(
    supervisor: Staff, gateway: Sandbox, start: Start
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("several machines share a run on PostgreSQL")
    gateway.set(delay_after_commit_s=0.3)
    first, second = start(), start()
    wait_until(lambda: Heartbeat.objects.count() == 2)
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, ROWS)))
    wait_until(lambda: len(repeat.charged(gateway)) >= ROWS // 4)
    second.kill()
    second.wait()
    wait_until(lambda: run.__class__.objects.get(pk=run.pk).state == RunState.ENDED)
    assert first.poll() is None
    tasks = DBTaskResult.objects.values_list("worker_ids", flat=True)
    assert len({worker for ids in tasks for worker in ids}) == 2
    assert set(run.items.values_list("state", flat=True)) == {ItemState.TAKEN}
    references = repeat.charged(gateway)
    assert len(references) == len(set(references)) <= ROWS
    for minutes in (1, 30, 60, 90):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            resolve.once()
    approved = Operation.objects.filter(status=Status.APPROVED)
    assert {one.merchant_reference for one in approved} == set(references)
    assert Event.objects.filter(kind="repeat_run_ended").count() == 1
