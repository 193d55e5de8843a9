"""A run with a breach leaves the rows of both sides in a file."""

import json
from pathlib import Path

from django.db import connection

from bench.faults import post_mortem
from tests.factories import OperationFactory


def rows(statement: str) -> list[dict[str, object]]:
    """As the run reads them, from this test's own database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_the_rows_of_both_sides_are_kept(db: None, tmp_path: Path) -> None:
    operation = OperationFactory()
    breaches = {"lost": [f"{operation} was charged"], "stuck": []}
    books = {str(operation): {"captured": 12_500}}
    path = post_mortem.keep("SQLite-7", breaches, rows, books, tmp_path)
    kept = json.loads(path.read_text())
    assert kept["breaches"] == {"lost": breaches["lost"]}
    assert kept["books"] == books
    assert [row["merchant_reference"] for row in kept["operations"]] == [str(operation)]
    assert (kept["events"], kept["evidence"]) == ([], [])
