"""``repeat_run`` as an operator calls it: a process of its own, which may die at any moment."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orders import clock
from orders.models import Operation, Order, RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.services import repeat_counts, repeat_runs, resolve
from orders.states import Status
from tests.factories import StaffFactory
from tests.management.test_work import ROOT, database_url, wait_until
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def clerk(db: None) -> Staff:
    return StaffFactory(clerk=True, username="omar")


@pytest.fixture
def start(gateway: Sandbox) -> Iterator[Start]:
    """Starts a command of ``manage.py`` beside the test; all that still run are killed."""
    started = []

    def begin(*command: str, **environment: str) -> "subprocess.Popen[bytes]":
        given = {
            "DEMO": "true",
            "DATABASE_URL": database_url(),
            "APS_API_URL": gateway.api_url,
            "APS_PAGE_URL": gateway.page_url,
            "CHARGE_DEADLINE_S": "2",
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=os.environ | given | environment
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()


def file_of(folder: Path, data: bytes) -> str:
    path = folder / "november.csv"
    path.write_bytes(data)
    return str(path)


def test_it_tells_the_dry_run_charges_and_tells_what_came_of_it(
    clerk: Staff, gateway: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards = repeat.cards(gateway, 2)
    data = repeat.sheet(cards) + f"\n{cards[0].pk},x,KWD,SUB-9,".encode()
    results = tmp_path / "results.csv"
    call_command("repeat_run", file_of(tmp_path, data), user="omar", yes=True, results=results)
    said = capsys.readouterr().out
    run = RepeatRun.objects.get()
    assert f"{run}: 2 of 3 rows, KWD 25.000" in said
    assert "line 4: " in said
    assert "100% 2/2" in said
    assert said.endswith("ended\ncharged: 2\n")
    assert results.read_text("utf-8-sig").count("charged") == 2
    assert len(repeat.charged(gateway)) == 2


def test_a_dry_run_charges_nothing(clerk: Staff, gateway: Sandbox, tmp_path: Path) -> None:
    data = repeat.sheet(repeat.cards(gateway, 2))
    call_command("repeat_run", file_of(tmp_path, data), user="omar", dry_run=True)
    assert RepeatRun.objects.get().state == RunState.DROPPED
    assert not Order.objects.exists()


@pytest.mark.parametrize("is_paused", [True, False])
def test_a_dry_run_goes_on_with_nothing_that_was_begun_before(
    clerk: Staff, gateway: Sandbox, tmp_path: Path, is_paused: bool
) -> None:
    data = repeat.sheet(repeat.cards(gateway, 2))
    run = repeat.started(clerk, data)
    if is_paused:
        repeat_runs.pause(actor=clerk, run=run)
    call_command("repeat_run", file_of(tmp_path, data), user="omar", dry_run=True)
    assert RepeatRun.objects.get().state == (RunState.PAUSED if is_paused else RunState.RUNNING)
    assert repeat.charged(gateway) == []


def test_nobody_runs_it_without_the_right(gateway: Sandbox, tmp_path: Path) -> None:
    StaffFactory(agent=True, username="rana")
    data = repeat.sheet(repeat.cards(gateway, 1))
    with pytest.raises(CommandError, match="do not have the right"):
        call_command("repeat_run", file_of(tmp_path, data), user="rana", yes=True)
    with pytest.raises(CommandError, match="no such user"):
        call_command("repeat_run", file_of(tmp_path, data), user="nobody", yes=True)


def test_killed_and_started_again_it_charges_everybody_once(
    clerk: Staff, gateway: Sandbox, tmp_path: Path, start: Start
) -> None:
    file = file_of(tmp_path, repeat.sheet(repeat.cards(gateway, 40)))
    gateway.set(delay_after_commit_s=0.2)
    command = ("repeat_run", file, "--user", "omar", "--yes")
    for number in range(1, 4):
        process = start(*command, REPEAT_RATE="60")
        wait_until(lambda reached=8 * number: len(repeat.charged(gateway)) >= reached)
        process.kill()
        process.wait()
    assert start(*command, REPEAT_RATE="200").wait(120) == 0
    run = RepeatRun.objects.get()
    assert run.state == RunState.ENDED
    assert set(run.items.values_list("state", flat=True)) == {ItemState.TAKEN}
    # What was on the wire of a process that died is the resolver's.
    for minutes in (1, 30, 60, 90):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            resolve.once()
    references = repeat.charged(gateway)
    assert len(references) == len(set(references))
    assert set(Operation.objects.values_list("status", flat=True)) <= {
        Status.APPROVED,
        Status.NOT_CHARGED,
    }
    approved = Operation.objects.filter(status=Status.APPROVED)
    assert {one.merchant_reference for one in approved} == set(references)
    assert repeat_counts.progress(run).done == RepeatItem.objects.count() == 40
