"""A report laid out by reference, whatever its sequence and length."""

from pathlib import Path

import pytest

from orders.services import report_store
from orders.services.report import BadReport
from orders.services.report_store import ReportStore
from orders.states import Kind
from tests.services.test_report import HEADER, changed


def report(folder: Path, *lines: str) -> Path:
    path = folder / "report.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return path


def test_rows_are_found_by_reference_and_kind_in_the_sequence_of_their_times(
    tmp_path: Path,
) -> None:
    late = changed(command="REFUND", response_code="06000", date="2026-11-26T12:00:00+04:00")
    early = changed(command="REFUND", response_code="06000", date="2026-11-26T11:00:00+05:00")
    path = report(tmp_path, late, changed(merchant_reference="A-1"), early, changed())
    with ReportStore(path) as store:
        assert (store.rows, list(store.references())) == (4, [["A-1", "MO-1-1"]])
        found = store.of(["MO-1-1"])
        assert [row.line for row in found["MO-1-1", Kind.REFUND]] == [4, 2]
        assert str(store.first) == "2026-11-26 05:30:00.123000+00:00"
        assert str(store.last) == "2026-11-26 08:00:00+00:00"


def test_the_same_row_twice_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    path = report(tmp_path, changed(), changed(merchant_reference="A-1"), changed())
    with pytest.raises(BadReport, match="Line 4: It is the same as a line before it"):
        ReportStore(path)


def test_long_reports_are_read_in_batches_and_progress_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_store, "BATCH", 2)
    monkeypatch.setattr(report_store, "_SAY_EVERY", 2)
    told: list[int] = []
    path = report(tmp_path, *(changed(merchant_reference=f"R-{n}") for n in range(5)))
    with ReportStore(path, told.append) as store:
        assert list(store.references()) == [["R-0", "R-1"], ["R-2", "R-3"], ["R-4"]]
        for number in (4, 1, 4, 0):
            store.mark((f"R-{number}", Kind.REFUND))
        assert [reference for reference, _kind in store.marked()] == ["R-0", "R-1", "R-4"]
    assert told == [2, 4]


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ReportStore(tmp_path / "nothing.csv")
