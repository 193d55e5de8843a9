"""`python -m orders.sandbox`: the stand-in as its own process."""

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Mapping

from orders.sandbox.amounts import table as amounts_table
from orders.sandbox.cards import table as cards_table
from orders.sandbox.options import read_options
from orders.sandbox.server import Sandbox


def main(arguments: list[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Serve until Ctrl-C or SIGTERM, then 0; 2 and a sentence when it cannot."""
    options = read_options(arguments, environment)
    if options.pop("help_amounts"):
        print(f"{cards_table()}\n\n{amounts_table()}")
        return 0
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    options["control_port"] = options["control_port"] or None
    where = f"{options['host']}:{options['port']}"
    try:
        box = Sandbox(**options)
    except (OSError, ValueError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"The stand-in gateway cannot start on {where}: {reason}.", file=sys.stderr)
        return 2
    with box:
        print(f"Stand-in gateway (no money moves) on {box.url}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
