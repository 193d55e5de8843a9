"""How fast a repeat run is: charges a second, CPU for each, and memory as the run goes on.

    python -m bench.repeat --items 10000 --in-flight 8 32 128 --hands 3
    python -m bench.repeat --items 1000 --in-flight 8 32 128 --rate 20

So many processes (hands) share the run, with so many charges on the wire at once; the stand-in is
another process, and answers each charge after 200 ms. No faster than the number in flight divided
by that is possible, nor than the rate. Works in a database of its own, as bench.backlog does. Exit
code 1 below the share that must hold, or when the memory of a hand grows by more than it may
between the first tenth of the time and the end.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
LATENCY_S = 0.2
SHARE = 0.9
GROWTH_MB = 10
FASTEST = 100_000.0  # charges a second, so that the pace holds nobody up


def main() -> int:
    """0 if every number in flight reaches its share; prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[8])
    parser.add_argument("--hands", type=int, default=2, help="processes that share the run")
    parser.add_argument("--rate", type=float, default=FASTEST, help="charges a second at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moto-repeat-") as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/office.sqlite3")
        os.environ |= {"DEMO": "true", "DJANGO_SETTINGS_MODULE": "motooffice.settings"}
        django.setup()
        return measure(options, Path(folder) / "books.sqlite3")


def measure(options: argparse.Namespace, books: Path) -> int:
    """Charge as many items with each number in flight."""
    repeats = import_module("bench.repeats")  # models can be imported once Django is set up
    repeats.prepare(options.items, books)
    port, failed = repeats.free_port(), False
    command = [sys.executable, "-m", "orders.sandbox", "--port", str(port), "--books", str(books)]
    command += ["--feedback", "off", "--delay-after-commit-s", str(LATENCY_S)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as stand_in:
        try:
            repeats.wait_for(port)
            for most in options.in_flight:
                done = repeats.run(port, most, options.rate, options.hands)
                failed |= not holds(done, options, most)
        finally:
            stand_in.terminate()
    return int(failed)


def holds(done: Any, options: argparse.Namespace, most: int) -> bool:
    """Whether one run (``repeats.Done``) holds what must hold; prints what it came to."""
    possible = min(most / LATENCY_S, options.rate)
    share = done.charged / done.took_s / possible
    growth = max(growths(done.memory_mb))
    print(
        f"{most} in flight, {options.hands} processes: {done.charged} of {options.items} charged, "
        f"{done.charged / done.took_s:.1f} a second, {share:.2f} of what is possible; "
        f"{1000 * done.cpu_s / options.items:.0f} ms of CPU each; "
        f"memory grew by {growth:.1f} MB at most",
        flush=True,
    )
    return done.charged == options.items and share >= SHARE and growth <= GROWTH_MB


def growths(memory_mb: Iterable[list[float]]) -> Iterable[float]:
    """By how much each process grew once it had done a tenth of its work."""
    return [seen[-1] - seen[len(seen) // 10] for seen in memory_mb]


if __name__ == "__main__":
    sys.exit(main())
