"""The bench in its short form, on the database that the tests run on."""

import os
import subprocess
import sys
from pathlib import Path

from bench.faults.plan import DOUBLE, FAULTS, plan

ROOT = Path(__file__).parents[2]


def test_a_seed_replays() -> None:
    assert list(plan(300, 7)) == list(plan(300, 7))
    assert list(plan(300, 7)) != list(plan(300, 8))


def test_every_kind_of_fault_occurs_and_some_orders_are_pressed_twice() -> None:
    jobs = list(plan(2000, 7))
    assert {job.fault for job in jobs} == set(FAULTS)
    assert len(FAULTS) >= 23
    assert abs(len(jobs) / 2000 - 1 - DOUBLE) < 0.03


def test_no_promise_is_broken_under_faults_and_kills() -> None:
    command = [sys.executable, "-m", "bench.faults", "--orders", "100", "--kills", "6"]
    command += ["--seed", "20261122", "--replayed", "40"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0  double" in done.stdout
