"""How the office connects to its database. Called by settings.py alone."""

import os
import sqlite3
from pathlib import Path
from typing import Any

# Before this release two connections that write and checkpoint in WAL mode at the same
# instant may damage the file (https://sqlite.org/wal.html, "the WAL-reset bug").
SAFE_WAL_SQLITE = (3, 51, 3)


def sqlite_options(timeout_s: int) -> dict[str, Any]:
    """Connection options for SQLite.

    IMMEDIATE, because a reading transaction that wants to become a writing one cannot wait
    and fails at once. FULL, because an order must be on disk before its charge leaves.
    """
    journal = "WAL" if sqlite3.sqlite_version_info >= SAFE_WAL_SQLITE else "TRUNCATE"
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": timeout_s,
        "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL",
    }


def postgresql_options(pool_size: int) -> dict[str, Any]:
    """Connection options for PostgreSQL; `pool_size` 0 means one lasting connection a thread.

    The two limits keep one stuck request from holding an order's row for everyone else. A commit
    returns when it is on disk, whatever the server's own default: an order must be there before its
    charge leaves.
    """
    options: dict[str, Any] = {
        "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s "
        "-c synchronous_commit=on",
    }
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return options


def database(
    parsed: dict[str, Any], *, timeout_s: int, pool_size: int, test_folder: Path
) -> dict[str, Any]:
    """Return the `DATABASES["default"]` entry for a parsed DATABASE_URL."""
    options = parsed.get("OPTIONS", {})
    if "sqlite" in parsed["ENGINE"]:
        # The name holds the process id: several test runs may share one working tree.
        test_name = str(test_folder / f"test-{os.getpid()}.sqlite3")
        extra = {
            "OPTIONS": options | sqlite_options(timeout_s),
            "TEST": {"NAME": test_name},
        }
    else:
        extra = {
            "OPTIONS": options | postgresql_options(pool_size),
            "CONN_MAX_AGE": 0 if pool_size else 60,
            "CONN_HEALTH_CHECKS": True,
        }
    return parsed | extra | {"ATOMIC_REQUESTS": False}


def make_private(folder: Path, name: str) -> None:
    """Create the SQLite file and its folder readable by their owner alone.

    Does nothing where that is impossible: a system check then says so in a sentence.
    """
    path = Path(name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.parent == folder:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            path.chmod(0o600)
    except OSError:
        return
