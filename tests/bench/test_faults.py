"""The bench in its short form, on the database that the tests run on."""

import os
import re
import subprocess
import sys
from pathlib import Path

from bench.faults.plan import DOUBLE, FAULTS, PAGES, plan

ROOT = Path(__file__).parents[2]
SHORT = ("--orders", "36", "--follow-ups", "24", "--kills", "9", "--replayed", "20")
SEED = ("--seed", "20261122")


def test_a_seed_replays() -> None:
    assert list(plan(300, 7, through_pages=0.3)) == list(plan(300, 7, through_pages=0.3))
    assert list(plan(300, 7)) != list(plan(300, 8))


def test_what_an_order_suffers_depends_on_its_number_alone() -> None:
    whole = list(plan(60, 7, through_pages=0.5))
    late = list(plan(20, 7, through_pages=0.5, first=41))
    assert [job for job in whole if job.number > 40] == late


def test_every_kind_of_fault_occurs_and_some_orders_are_pressed_twice() -> None:
    jobs = list(plan(2000, 7))
    assert {job.fault for job in jobs} == set(FAULTS)
    assert len(FAULTS) >= 23
    assert abs(len(jobs) / 2000 - 1 - DOUBLE) < 0.03


def test_every_kind_of_fault_comes_round_twice_in_a_short_run() -> None:
    short = [job.fault for job in plan(2 * len(FAULTS), 7) if job.act != "rival"]
    assert all(short.count(fault) >= 2 for fault in FAULTS)


def test_the_share_through_the_pages_is_as_asked() -> None:
    by_pages = [job for job in plan(2000, 7, through_pages=0.3) if job.through == PAGES]
    assert abs(len(by_pages) / 2000 - 0.3) < 0.05
    assert {job.double for job in by_pages} == {"", "press", "colleague"}
    assert all(job.through == PAGES for job in plan(50, 7, through_pages=1))


def test_no_promise_is_broken_under_faults_and_kills() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", *SHORT, *SEED],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    assert "0  double" in told
    assert "0  over-refunded" in told
    assert re.search(r"[1-9]\d*  unknown -> approved", told)
    assert re.search(r"[1-9]\d*  approved -> lapsed", told)
    assert re.search(r"[1-9]\d*  lapsed, found by two people", told)
    # Kills that are not delivered are a breach: here some were at failpoints, some elsewhere.
    assert re.search(r"[1-9]\d*  t1_before_commit", told)
    assert re.search(r"[1-9]\d*  a random instant", told)
    assert re.search(r"[1-9]\d*  page: approved", told)
