"""Fails when too few branches were taken where money is decided. Reads the tests' .coverage file.

python .ci/branches.py
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR_PERCENT = 95
PARTS = ("orders/gateway/", "orders/services/", "orders/money.py", "orders/states.py")


def main() -> int:
    """Print the share of branches taken in each part; 1 if one is under the floor."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "coverage.json")
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)]
        subprocess.run(command, check=True)
        files = json.loads(report.read_text())["files"]
    shares = {part: share(part, files) for part in PARTS}
    for part, percent in shares.items():
        print(f"{part:<20}{percent:6.1f} % of branches")
    return 1 if min(shares.values()) < FLOOR_PERCENT else 0


def share(part: str, files: dict) -> float:
    """Branches taken of a part's files, in percent; names the files where some were missed."""
    summaries = {name: each["summary"] for name, each in files.items() if name.startswith(part)}
    if not summaries:
        raise SystemExit(f"{part}: nothing was measured")
    for name, summary in sorted(summaries.items()):
        if summary["missing_branches"]:
            print(f"  {name}: {summary['missing_branches']} of {summary['num_branches']} missed")
    every = sum(summary["num_branches"] for summary in summaries.values())
    taken = sum(summary["covered_branches"] for summary in summaries.values())
    return 100 * taken / every if every else 100.0


if __name__ == "__main__":
    sys.exit(main())
