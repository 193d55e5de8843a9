"""``python -m bench.faults``: thousands of orders under faults, on the database of DATABASE_URL.

    make faults                                  both databases, about two minutes
    make faults ORDERS=10000 KILLS=1000 SEED=7   the long form

The exit code is 0 when no promise was broken.
"""

import argparse
import os
import sys
import time

from bench.faults.arena import Arena


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--replayed", type=int, default=300, help="notifications heard again")
    options = vars(parser.parse_args())
    with Arena(options["seed"]) as arena:
        os.environ.update(arena.environment)
        # Only now: importing it sets Django up, for this very database.
        from bench.faults.run import run  # noqa: PLC0415
        from bench.faults.table import table  # noqa: PLC0415

        result = run(arena, **options)
    print(table(result), flush=True)
    return 0 if result.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
