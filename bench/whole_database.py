"""Every row of every table as text, on either database, without a line of the office's own code."""

import base64
import zlib
from collections.abc import Iterator

from bench.faults.ledgers import Database

_TABLES = {
    "SQLite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "PostgreSQL": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}


def tables(database: Database) -> list[str]:
    """The names of all tables, the framework's too."""
    return sorted(row["name"] for row in database.rows(_TABLES[database.name]))


def rows(database: Database, where: dict[str, str] | None = None) -> Iterator[str]:
    """Table and values of every row. ``where`` narrows tables down: "" leaves one out."""
    narrowed = where or {}
    for table in tables(database):
        if narrowed.get(table) != "":
            condition = f" WHERE {narrowed[table]}" if table in narrowed else ""
            for row in database.rows(f'SELECT * FROM "{table}"{condition}'):
                yield f"{table} {row}"


def opened(database: Database) -> Iterator[bytes]:
    """What sessions and cache keep in wrappings: base64, perhaps compressed, perhaps pickled."""
    for row in database.rows("SELECT session_data FROM django_session"):
        packed = row["session_data"].split(":")[0]
        plain = base64.urlsafe_b64decode(packed.lstrip(".") + "==")
        yield zlib.decompress(plain) if packed.startswith(".") else plain
    for row in database.rows("SELECT value FROM office_cache"):
        yield base64.b64decode(row["value"])
