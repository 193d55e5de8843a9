"""How fast a repeat run is: charges a second, CPU for each, and memory as the run goes on.

    python -m bench.repeat --items 10000 --in-flight 8 32 128

One process works on the run, with so many charges on the wire at once; the stand-in is another
one, and answers each charge after 200 ms. No faster than the number in flight divided by that is
possible. Works in a database of its own, as bench.backlog does. Exit code 1 below the share that
must hold, or when memory grows by more than it may between the first tenth of the items and the
last.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

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
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="moto-repeat-") as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/office.sqlite3")
        os.environ |= {"DEMO": "true", "DJANGO_SETTINGS_MODULE": "motooffice.settings"}
        django.setup()
        return measure(options.items, options.in_flight, Path(folder) / "books.sqlite3")


def measure(items: int, in_flight: list[int], books: Path) -> int:
    """Charge as many items with each number in flight."""
    repeats = import_module("bench.repeats")  # models can be imported once Django is set up
    repeats.prepare(items, books)
    port, failed = repeats.free_port(), False
    command = [sys.executable, "-m", "orders.sandbox", "--port", str(port), "--books", str(books)]
    command += ["--feedback", "off", "--delay-after-commit-s", str(LATENCY_S)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as stand_in:
        try:
            repeats.wait_for(port)
            for most in in_flight:
                failed |= not one(repeats, port, items, most)
        finally:
            stand_in.terminate()
    return int(failed)


def one(repeats: object, port: int, items: int, most: int) -> bool:
    """Whether one run holds what must hold."""
    run = repeats.started(port, most, FASTEST)  # type: ignore[attr-defined]
    memory: list[float] = []
    began, cpu = time.monotonic(), cpu_s()
    charged = repeats.work(run, lambda: memory.append(memory_mb()))  # type: ignore[attr-defined]
    took_s = time.monotonic() - began
    share = charged / took_s / (most / LATENCY_S)
    growth = memory[-1] - memory[len(memory) // 10]
    print(
        f"{most} in flight: {charged} of {items} charged, {charged / took_s:.0f} a second, "
        f"{share:.2f} of what is possible; {1000 * (cpu_s() - cpu) / items:.0f} ms of CPU each; "
        f"memory grew by {growth:.1f} MB",
        flush=True,
    )
    return charged == items and share >= SHARE and growth <= GROWTH_MB


def cpu_s() -> float:
    """The CPU time of this process, in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def memory_mb() -> float:
    """The memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    sys.exit(main())
