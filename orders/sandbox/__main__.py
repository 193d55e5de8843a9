"""`python -m orders.sandbox`: the stand-in as its own process."""

import argparse
import signal
import sys
import threading

from orders.sandbox.server import Sandbox


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; 2 when the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m orders.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9800)
    parser.add_argument("--books")
    parser.add_argument("--feedback-url", action="append", default=[])
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        box = Sandbox(options.port, options.host, options.feedback_url, options.books)
    except OSError as error:
        print(f"The stand-in gateway cannot use {options.host}:{options.port}: {error.strerror}.")
        return 2
    with box:
        print(f"Stand-in gateway (no money moves) on {box.url}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
