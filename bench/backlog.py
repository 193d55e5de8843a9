"""How long a backlog of unknown charges takes to settle once the gateway is back.

    python -m bench.backlog --charges 1000 --resolvers 1

Works in a database of its own: SQLite in a folder that is thrown away, or an empty one that
DATABASE_URL names. The stand-in takes every charge and drops its answer; then it goes away, and
resolvers begin to ask. The clock starts when it is back. Exit code 1 if that takes too long.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
WITHIN_S = 90
AWAY_S = 10  # that resolvers ask in vain
LOST_ANSWER = "920"


def main() -> int:
    """0 if all is settled in time; prints how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--charges", type=int, default=1000)
    parser.add_argument("--resolvers", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moto-backlog-") as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/office.sqlite3")
        os.environ |= {"DEMO": "true", "DJANGO_SETTINGS_MODULE": "motooffice.settings"}
        django.setup()
        return drain(options.charges, options.resolvers, Path(folder) / "books.sqlite3")


def drain(charges: int, resolvers: int, books: Path) -> int:
    """Make the backlog, let it meet a gateway that is away and comes back, and wait."""
    unknowns = import_module("bench.unknowns")  # models can be imported once Django is set up
    port = unknowns.make(charges, books)
    os.environ["APS_API_URL"] = f"http://127.0.0.1:{port}/FortAPI/paymentApi"
    command = [sys.executable, "manage.py", "resolve"]
    parts = [subprocess.Popen(command, cwd=ROOT) for _each in range(resolvers)]
    try:
        time.sleep(AWAY_S)
        asked_in_vain = unknowns.checks()
        with unknowns.back_again(port, books):
            started = time.monotonic()
            while (left := unknowns.left()) and time.monotonic() - started < 2 * WITHIN_S:
                time.sleep(0.2)
            took_s = time.monotonic() - started
    finally:
        for part in parts:
            part.terminate()
        for part in parts:
            part.wait()
    database = "SQLite" if os.environ["DATABASE_URL"].startswith("sqlite") else "PostgreSQL"
    print(
        f"{database}: {charges - left} of {charges} charges settled in {took_s:.0f} s by "
        f"{resolvers} resolver(s), limit {WITHIN_S} s;"
        f" {asked_in_vain} questions while the gateway was away"
    )
    return 1 if left or took_s > WITHIN_S else 0


if __name__ == "__main__":
    sys.exit(main())
