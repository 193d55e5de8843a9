"""``python -m bench.faults``: thousands of orders under faults, on the database of DATABASE_URL.

    make faults                                  both databases, a few minutes
    make faults ORDERS=10000 FOLLOW_UPS=2000 KILLS=1000 SEED=7   the long form
    make faults ORDERS=2000 PAGES=1              all of them through the pages

The exit code is 0 when no promise was broken. Ctrl-C ends every process and removes the rest.
"""

import argparse
import os
import signal
import sys
import time

from bench.faults.arena import Arena


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument(
        "--follow-ups", type=int, default=100, help="captures, voids and refunds of these orders"
    )
    parser.add_argument("--kills", type=int, default=30, help="worker processes to kill (-9)")
    parser.add_argument(
        "--through-pages", type=float, default=1 / 3, help="share of orders, 0 to 1"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--replayed", type=int, help="notifications heard again; all by default")
    options = vars(parser.parse_args())
    seed, workers = options.pop("seed"), options.pop("workers")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with Arena(seed, kills_web=True) as arena:
            os.environ.update(arena.environment)
            # Only now: importing it sets Django up, for this very database.
            from bench.faults.run import Run  # noqa: PLC0415
            from bench.faults.table import table  # noqa: PLC0415

            result = Run(arena, seed, workers, options["orders"], options["follow_ups"]).go(
                **options
            )
    except KeyboardInterrupt:
        print("Ended; every process was stopped.", file=sys.stderr)
        return 130
    print(table(result), flush=True)
    return 0 if result.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
