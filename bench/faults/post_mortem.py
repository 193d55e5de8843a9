"""What a run with a breach leaves behind: the rows of both sides, to be read once its databases are
gone.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.faults.ledgers import Row

FOLDER = Path(__file__).resolve().parents[2] / "var"
_TABLES = {
    "operations": "SELECT * FROM orders_operation ORDER BY id",
    "events": "SELECT * FROM orders_event WHERE order_id IS NOT NULL ORDER BY order_id, position",
    "evidence": "SELECT * FROM orders_evidence ORDER BY id",
}


def keep(
    name: str,
    breaches: dict[str, list[str]],
    rows: Callable[[str], list[Row]],
    books: dict[str, Row],
    folder: Path = FOLDER,
) -> Path:
    """The file, called after ``name``: ``breaches`` that were found, the gateway's ``books``, and
    the ``operations``, ``events`` and ``evidence`` of the office.
    """
    said: dict[str, Any] = {
        "breaches": {what: found for what, found in breaches.items() if found},
        "books": books,
    }
    said |= {table: rows(statement) for table, statement in _TABLES.items()}
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"faults-{name}.json"
    path.write_text(json.dumps(said, default=str, ensure_ascii=False, indent=1))
    return path
