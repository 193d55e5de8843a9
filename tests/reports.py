"""Reports of APS for tests: the one that the stand-in makes, or the same with a change."""

import csv
import urllib.request
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from orders import clock
from orders.sandbox.server import Sandbox
from orders.services.compare import Compared, compare

Rows = list[dict[str, str]]
HOUR = timedelta(hours=1)


def fetched(gateway: Sandbox) -> Rows:
    """The rows of the stand-in's report, by HTTP as an operator fetches it."""
    with urllib.request.urlopen(f"{gateway.url}report.csv", timeout=10) as answer:
        return list(csv.DictReader(answer.read().decode().splitlines()))


def written(path: Path, rows: Iterable[dict[str, str]]) -> Path:
    """The rows as a file with the stand-in's columns."""
    columns = "merchant_reference fort_id command amount currency status response_code date"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns.split())
        writer.writeheader()
        writer.writerows(rows)
    return path


def held_against(folder: Path, rows: Rows, **changes: object) -> Compared:
    """What comes of a report of the last two hours with these rows."""
    options = {"since": clock.now() - 2 * HOUR, "until": clock.now(), "margin": HOUR * 0}
    path = written(folder / "report.csv", rows)
    return compare(path=path, run_by="operator", **(options | changes))  # type: ignore[arg-type]


def row_of(rows: Rows, command: str) -> dict[str, str]:
    """The one row of that command."""
    (found,) = (row for row in rows if row["command"] == command)
    return found


def kinds(compared: Compared) -> list[tuple[str, str]]:
    """What differs, and about which kind of operation."""
    return [(str(one.what), str(one.kind)) for one in compared.found]
