"""``python -m tests``: how a run ends."""

import sys

import pytest

from tests.__main__ import run

BOTH_FAIL = "raise SystemExit(1)"
SECOND_PASSES = "import sys; raise SystemExit('--last-failed' not in sys.argv)"
NOTHING_RUNS = "raise SystemExit(4)"


def result(program: str) -> int:
    return run("a database", [sys.executable, "-c", program])


def test_a_run_that_passes_is_not_repeated(capfd: pytest.CaptureFixture[str]) -> None:
    assert result("pass") == 0
    assert "once more" not in capfd.readouterr().out


def test_what_passes_at_the_second_go_is_said_to_be_unsteady(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert result(SECOND_PASSES) == 0
    assert "UNSTEADY" in capfd.readouterr().out


def test_what_fails_twice_fails(capfd: pytest.CaptureFixture[str]) -> None:
    assert result(BOTH_FAIL) == 1
    assert "UNSTEADY" not in capfd.readouterr().out


def test_a_run_that_could_not_begin_is_not_repeated(capfd: pytest.CaptureFixture[str]) -> None:
    assert result(NOTHING_RUNS) == 4
    assert "once more" not in capfd.readouterr().out
