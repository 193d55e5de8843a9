"""The backlog in its short form, in a database of its own: the tests' is not to be settled."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("within", "code"), [(90, 0), (0, 1)])
def test_a_small_backlog_is_settled_and_a_late_one_is_a_failure(within: int, code: int) -> None:
    program = f"from bench import backlog; backlog.AWAY_S, backlog.WITHIN_S = 2, {within};"
    program += "raise SystemExit(backlog.main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--charges", "10"],
        cwd=ROOT,
        env={name: text for name, text in os.environ.items() if name != "DATABASE_URL"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "SQLite: " in done.stdout
    assert (" of 10 charges settled" in done.stdout) is True
