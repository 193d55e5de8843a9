"""The command: what it prints, and how it ends; what it compares is in services/test_compare.py."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from orders import clock
from orders.models import Comparison, Difference, Event, Staff
from orders.sandbox.server import Sandbox
from tests import steps
from tests.factories import StaffFactory
from tests.reports import Rows, fetched, written


@pytest.fixture
def supervisor(db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def rows(supervisor: Staff, gateway: Sandbox) -> Rows:
    steps.charge_new(supervisor)
    steps.charge_new(supervisor)
    return fetched(gateway)


def run(path: Path, *options: str) -> int:
    """The exit code."""
    since = (clock.now() - timedelta(hours=1)).isoformat()
    try:
        call_command("compare", "--report", str(path), "--from", since, "--margin", "0", *options)
    except CommandError as error:
        print(error)
        return error.returncode
    return 0


def test_it_ends_with_0_when_nothing_differs(
    rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(written(tmp_path / "report.csv", rows)) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 rows, ")
    assert said.endswith("Nothing differs.\n")
    assert Event.objects.get(kind="report_compared").actor_name != "system"


def test_it_lists_and_counts_what_is_open_and_ends_with_1(
    rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    until = ["--to", clock.now().isoformat()]
    assert run(written(tmp_path / "report.csv", rows[:1]), *until) == 1
    lines = capsys.readouterr().out.splitlines()
    missing = rows[1]["merchant_reference"]
    assert f"Missing at APS: Purchase {missing}" in lines
    assert any(line.split() == ["Purchase", "0", "1", "0", "0"] for line in lines)
    assert "1 differences: see Needs attention." in lines


def test_what_an_earlier_report_opened_is_listed_until_it_is_closed(
    rows: Rows, tmp_path: Path
) -> None:
    path = written(tmp_path / "report.csv", [row | {"amount": "7"} for row in rows])
    assert run(path) == 1
    assert run(written(tmp_path / "report.csv", rows[:1])) == 1
    assert run(written(tmp_path / "report.csv", rows)) == 0


def test_a_dry_run_changes_nothing(rows: Rows, tmp_path: Path) -> None:
    rows[0]["amount"] = "7"
    assert run(written(tmp_path / "report.csv", rows), "--dry-run") == 1
    assert not Comparison.objects.exists()
    assert not Difference.objects.exists()


def test_a_bad_file_is_a_sentence_with_its_line_and_ends_with_2_without_effect(
    rows: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows[0]["amount"] = "7"
    rows[1]["amount"] = "125.00"
    assert run(written(tmp_path / "report.csv", rows)) == 2
    assert "Line 3: The amount '125.00' has decimals." in capsys.readouterr().out
    assert not Comparison.objects.exists()
    assert not Difference.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "yesterday"], "is no day"),
        (["--to", "2026-11-26T09:30:00"], "is no day"),
        (["--to", "2126-01-01"], "a time to come"),
        (["--to", "2020-01-01"], "ends before it begins"),
    ],
)
def test_a_time_that_cannot_be_is_a_sentence(
    rows: Rows,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    words: str,
) -> None:
    assert run(written(tmp_path / "report.csv", rows), *options) == 2
    assert words in capsys.readouterr().out


def test_a_day_begins_at_the_offices_midnight(rows: Rows, tmp_path: Path, settings: object) -> None:
    settings.TIME_ZONE = "Asia/Dubai"  # type: ignore[attr-defined]
    path = written(tmp_path / "report.csv", rows)
    call_command("compare", "--report", str(path), "--from", "2020-03-01", "--to", "2020-03-02")
    covered = Comparison.objects.get()
    assert covered.since.isoformat() == "2020-02-29T20:00:00+00:00"
    assert covered.until.isoformat() == "2020-03-02T20:00:00+00:00"


def test_a_report_without_rows_needs_its_time(db: None, tmp_path: Path) -> None:
    path = written(tmp_path / "report.csv", [])
    with pytest.raises(CommandError, match="has no rows"):
        call_command("compare", "--report", str(path))


def test_a_file_that_is_not_there_is_a_sentence(db: None, tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.csv") == 2
