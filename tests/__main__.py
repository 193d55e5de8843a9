"""``python -m tests``: the whole suite on SQLite, then again on PostgreSQL, then a line on each.

Arguments go to pytest. A browser is installed first if the machine has none.
"""

import os
import subprocess
import sys

from tests.find_browser import install_browser

PYTEST = [sys.executable, "-m", "pytest", "-n", "2"]
ONCE_MORE = ["-n", "0", "--last-failed", "--last-failed-no-failures", "none"]
TESTS_FAILED = 1
ON_POSTGRESQL = [sys.executable, "-W", "ignore", "-m", "tests.postgres"]


def main(arguments: list[str]) -> int:
    """0 when both runs pass."""
    install_browser()
    given = os.environ.pop("DATABASE_URL", "")
    codes = {"SQLite": run("SQLite", [*PYTEST, *arguments])}
    if given.startswith("postgres"):
        os.environ["DATABASE_URL"] = given
    codes["PostgreSQL"] = run("PostgreSQL", [*ON_POSTGRESQL, *PYTEST, *arguments])
    for name, code in codes.items():
        print(f"{name}: {'failed' if code else 'passed'}")
    return max(codes.values())


def run(name: str, command: list[str]) -> int:
    """The exit code of the command, under a heading. What failed is run once more, by itself: on a
    busy machine a browser may be too slow. What passes only then is a defect, and said loudly.
    """
    print(f"\nTests on {name}", flush=True)
    code = subprocess.run(command, check=False).returncode
    if code != TESTS_FAILED:
        return code
    print(f"\nTests on {name} that failed, once more and one at a time", flush=True)
    again = subprocess.run([*command, *ONCE_MORE], check=False).returncode
    if not again:
        print("UNSTEADY: the tests above passed only at the second go. Mend them.", flush=True)
    return again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
