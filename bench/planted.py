"""``python -m bench.planted``: are the tests able to fail?

Every bug of ``planted.toml`` is made in a copy of the tree, one in each copy at a time; the tests
named beside it must fail. The exit code is 0 when every bug was caught. Words on the command line
choose bugs.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache")
NOTHING_RAN = (2, 3, 4, 5)  # pytest's codes
SHAPES_TABLES = ("orders/migrations/", "orders/models/")


@dataclass(frozen=True)
class Planted:
    """One bug: what it is, the place, and the tests that shall notice."""

    bug: str
    file: str
    old: str
    new: str
    tests: str

    def changed(self, root: Path) -> str:
        """The file's text with the bug. ValueError when the place is not there exactly once."""
        text = (root / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has {self.old!r} {text.count(self.old)} times")
        return text.replace(self.old, self.new)


def all_planted() -> list[Planted]:
    """The list, as written down."""
    listed = tomllib.loads((ROOT / "bench" / "planted.toml").read_text(encoding="utf-8"))
    return [Planted(**one) for one in listed["planted"]]


class Copies:
    """Copies of the tree, one for each bug that is looked at at the same time, and a database that
    was migrated once for all of them.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._migrated = folder / "migrated.sqlite3"
        for each in range(number):
            copy = folder / str(each)
            shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
            (copy / "var").mkdir()
            self._free.put(copy)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=copy,
            env=os.environ | {"DATABASE_URL": f"sqlite:///{self._migrated}", "DEMO": "true"},
            check=True,
        )

    def is_caught(self, planted: Planted) -> bool:
        """Whether the tests ran and fail with the bug in one of the copies, which is mended
        afterwards.
        """
        copy = self._free.get()
        place = copy / planted.file
        sound = place.read_text(encoding="utf-8")
        try:
            place.write_text(planted.changed(copy), encoding="utf-8")
            done = self._run_tests(copy, planted)
        finally:
            place.write_text(sound, encoding="utf-8")
            self._free.put(copy)
        if done.returncode in NOTHING_RAN and "error" not in done.stdout.lower():
            print(f"the tests did not run: {done.stdout[-500:]}{done.stderr[-500:]}", flush=True)
            return False
        return done.returncode != 0

    def _run_tests(self, copy: Path, planted: Planted) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        if not planted.file.startswith(SHAPES_TABLES):
            command += ["-p", "bench.migrated", "--reuse-db"]
        environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"PYTHONDONTWRITEBYTECODE": "1", "MIGRATED": str(self._migrated)}
        return subprocess.run(
            [*command, *planted.tests.split()],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def main(words: list[str]) -> int:
    """0 when the tests caught every bug."""
    chosen = [one for one in all_planted() if not words or any(word in one.bug for word in words)]
    missed, at_once = list[str](), os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="moto-planted-") as folder:
        copies = Copies(Path(folder), at_once)
        with ThreadPoolExecutor(at_once) as pool:
            for planted, caught in zip(chosen, pool.map(copies.is_caught, chosen), strict=True):
                print(f"{'caught' if caught else 'MISSED'}  {planted.bug}", flush=True)
                missed += [] if caught else [planted.bug]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
