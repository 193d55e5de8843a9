"""A report is read strictly: any sequence of columns, and nothing that is not surely meant."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from orders.services.report import BadReport, ReportRow, read_report
from orders.states import Kind

HEADER = "merchant_reference,fort_id,command,amount,currency,status,response_code,date"
LINE = "MO-1-1,169700000000000001,PURCHASE,250500,KWD,14,14000,2026-11-26T09:30:00.123+04:00"


def read(*lines: str) -> list[ReportRow]:
    text = "\n".join(lines).encode()
    return list(read_report(io.TextIOWrapper(io.BytesIO(text), "utf-8-sig", newline="")))


def changed(**cells: str) -> str:
    values = dict(zip(HEADER.split(","), LINE.split(","), strict=True)) | cells
    return ",".join(values.values())


def refusal(*lines: str) -> str:
    with pytest.raises(BadReport) as refused:
        read(*lines)
    return str(refused.value)


def test_a_row_is_read_as_the_stand_in_writes_it() -> None:
    (row,) = read(HEADER, LINE)
    assert (row.merchant_reference, row.kind, row.amount_minor) == ("MO-1-1", Kind.PURCHASE, 250500)
    assert row.at.astimezone(UTC) == datetime(2026, 11, 26, 5, 30, 0, 123000, tzinfo=UTC)
    assert row.line == 2


def test_columns_may_stand_in_any_sequence_beside_others_with_a_bom_and_semicolons() -> None:
    names, cells = HEADER.split(","), LINE.split(",")
    header = "\ufeff" + ";".join([*reversed(names), "Customer_Name"]).upper()
    line = ";".join([*reversed(cells), '"Rahman; Aisha"'])
    assert read(header, line, "") == read(HEADER, LINE)


def test_a_missing_column_is_one_clear_sentence() -> None:
    header = HEADER.replace("currency", "money").replace("date", "day")
    assert refusal(header, LINE) == (
        "Line 1: These columns are missing from the first line: currency, date."
    )
    assert "Line 1" in refusal("")


def test_a_column_that_stands_twice_is_refused() -> None:
    assert "twice" in refusal(f"{HEADER},amount", f"{LINE},1")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"amount": "250.500"}, "has decimals"),
        ({"amount": "1 250.00"}, "has decimals"),
        ({"amount": ""}, "no positive number"),
        ({"amount": "0"}, "no positive number"),
        ({"amount": "-5"}, "no positive number"),
        ({"amount": "1" * 11}, "no positive number"),
        ({"amount": "٢٥٠"}, "no positive number"),
        ({"currency": "XXX"}, "currency 'XXX' is not known"),
        ({"currency": "kwd"}, "currency 'kwd' is not known"),
        ({"command": "PAYOUT"}, "command 'PAYOUT'"),
        ({"merchant_reference": ""}, "merchant_reference"),
        ({"merchant_reference": "M" * 41}, "merchant_reference"),
        ({"fort_id": "1.69700000E+17"}, "spreadsheet"),
        ({"response_code": "2000"}, "five digits"),
        ({"date": "2026-11-26T09:30:00"}, "no time with an offset"),
        ({"date": "2026-13-26T09:30:00Z"}, "no time with an offset"),
        ({"date": "26/11/2026 09:30"}, "no time with an offset"),
    ],
)
def test_what_is_doubtful_is_refused_with_its_line(cells: dict[str, str], words: str) -> None:
    sentence = refusal(HEADER, LINE, changed(**cells))
    assert sentence.startswith("Line 3: ")
    assert words in sentence


@pytest.mark.parametrize("cell", ["4005550000000001", "4005 5500 0000 0001", "٤٠٠٥٥٥٠٠٠٠٠٠٠٠٠١"])
def test_a_card_number_is_refused_and_not_repeated(cell: str) -> None:
    for column in ("card_number", "note"):
        sentence = refusal(f"{HEADER},{column}", f"{LINE},{cell}")
        assert repr(column) in sentence
        assert cell not in sentence
    assert "4005550000000001" not in refusal(HEADER, changed(amount="4005550000000001"))


def test_masked_numbers_and_the_gateways_own_long_numbers_are_fine() -> None:
    header = f"{HEADER},card_number,reconciliation_reference"
    assert read(header, changed(fort_id="4005550000000001") + ",400555******0001,4005550000000001")


def test_what_moves_no_money_is_passed_over() -> None:
    assert read(HEADER, changed(command="TOKENIZATION"), changed(command="CHECK_STATUS")) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([HEADER, LINE, f"{LINE},more"], "Line 3: It has 9 cells; the first line has 8."),
        ([HEADER, f'"{LINE}'], "Line 2: This is no CSV"),
        ([HEADER, "x" * 70_000], "Line 2: The line is too long"),
    ],
)
def test_what_is_no_table_is_refused(lines: list[str], words: str) -> None:
    assert words in refusal(*lines)


def test_what_is_no_utf_8_is_refused() -> None:
    def lines() -> Iterator[ReportRow]:
        return read_report(io.TextIOWrapper(io.BytesIO(HEADER.encode() + b"\n\xff"), "utf-8-sig"))

    with pytest.raises(BadReport, match="UTF-8"):
        list(lines())
