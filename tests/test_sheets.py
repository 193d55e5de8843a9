"""Tables as spreadsheets save them are read alike, and written so that none runs a formula."""

import pytest

from orders import sheets
from orders.errors import Refused

COLUMNS = frozenset({"card", "amount"})


def read(data: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(line.number, line.cells) for line in sheets.read(data, COLUMNS)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("between", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_commas_or_semicolons_with_or_without_a_mark(mark: bytes, between: str, end: str) -> None:
    text = end.join([f"Card{between} AMOUNT", f"7{between}1.5", "", f"8{between} 2"])
    assert read(mark + text.encode()) == [
        (2, {"card": "7", "amount": "1.5"}),
        (4, {"card": "8", "amount": "2"}),
    ]


def test_a_line_has_the_number_that_an_editor_shows() -> None:
    assert [number for number, _cells in read(b'card,amount\n7,"1\n2"\n8,3')] == [2, 4]


def test_columns_that_nobody_asked_for_are_left_out() -> None:
    assert read(b"note,card\nsecret,7") == [(2, {"card": "7"})]


@pytest.mark.parametrize("row", [b"7", b"7,1,2"])
def test_a_row_with_too_few_or_too_many_cells_is_not_whole(row: bytes) -> None:
    [line] = sheets.read(b"card,amount\n" + row, COLUMNS)
    assert not line.is_whole


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"card\n\xff\xfe", "sheet_encoding"),
        (b'card\n"open', "sheet_unreadable"),
        (b"card,Card\n1,2", "sheet_columns"),
    ],
)
def test_what_is_no_such_table_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(data)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_a_quote(cell: str) -> None:
    assert sheets.harmless(cell) == f"'{cell}"


def test_what_no_spreadsheet_runs_stays_as_it_is() -> None:
    assert [sheets.harmless(cell) for cell in ("SUB-1", 7, "")] == ["SUB-1", "7", ""]
