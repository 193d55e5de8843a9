"""Every row of every table as text, on either database, without a line of the office's own code."""

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
