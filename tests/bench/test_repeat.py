"""The speed of a repeat run in its short form, in a database of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("share", "code"), [(0, 0), (2, 1)])
def test_a_small_run_is_measured_and_a_slow_one_is_a_failure(share: int, code: int) -> None:
    program = f"from bench import repeat; repeat.SHARE, repeat.GROWTH_MB = {share}, 1000;"
    program += "raise SystemExit(repeat.main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "--items", "12", "--in-flight", "4", "--hands", "2"],
        cwd=ROOT,
        env={name: text for name, text in os.environ.items() if name != "DATABASE_URL"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "4 in flight, 2 processes: 12 of 12 charged" in done.stdout
