"""``python -m bench.planted``: are the tests able to fail?

Every bug of ``planted.toml`` is made in a copy of the tree, one at a time; the tests named beside
it must fail. The exit code is 0 when every bug was caught. Words on the command line choose bugs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "var", "__pycache__", ".*_cache")
FAILED, NOTHING_RAN = 1, (2, 3, 4, 5)


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


def is_caught(planted: Planted, copy: Path) -> bool:
    """Whether the tests fail with the bug in ``copy``, which is mended again afterwards."""
    place = copy / planted.file
    sound = place.read_text(encoding="utf-8")
    place.write_text(planted.changed(copy), encoding="utf-8")
    try:
        done = _run_tests(copy, planted.tests)
    finally:
        place.write_text(sound, encoding="utf-8")
    if done.returncode in NOTHING_RAN and "error" not in done.stdout.lower():
        raise RuntimeError(f"the tests of {planted.bug!r} did not run: {done.stdout[-500:]}")
    return done.returncode != 0


def _run_tests(copy: Path, tests: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests.split()]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )


def main(words: list[str]) -> int:
    """0 when the tests caught every bug."""
    chosen = [one for one in all_planted() if not words or any(word in one.bug for word in words)]
    missed = []
    with tempfile.TemporaryDirectory(prefix="moto-planted-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for planted in chosen:
            began = time.monotonic()
            caught = is_caught(planted, copy)
            print(
                f"{'caught' if caught else 'MISSED'}  {time.monotonic() - began:5.1f} s"
                f"  {planted.bug}",
                flush=True,
            )
            if not caught:
                missed.append(planted.bug)
    print(f"{len(chosen) - len(missed)} of {len(chosen)} caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
