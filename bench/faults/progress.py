"""Tells how far a run is: on a terminal every few seconds, in a log every minute."""

import sys
import threading
import time
from typing import Self

from bench.faults.crew import Crew

ON_TERMINAL_S, IN_LOG_S = 3, 60


class Progress:
    """``with Progress(crew) as progress``; ``progress.step`` is what happens now."""

    def __init__(self, crew: Crew, expected: int) -> None:
        self.step = "starting"
        self._crew = crew
        self._expected = expected
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._is_terminal = sys.stderr.isatty()

    def __enter__(self) -> Self:
        threading.Thread(target=self._tell, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ended.set()
        if self._is_terminal:
            print(file=sys.stderr)

    def line(self) -> str:
        """Where the run is, and when it is expected to be over."""
        elapsed_s = time.monotonic() - self._began
        part = min(self._crew.done / max(self._expected, self._crew.total, 1), 1.0)
        left = f"{elapsed_s * (1 - part) / part / 60:.0f} min left" if part > 0.02 else "…"
        return (
            f"{elapsed_s / 60:5.1f} min  {part:4.0%} of the presses, {left}"
            f"  {self._crew.killed.total()} kills, {len(self._crew.errors)} errors: {self.step}"
        )

    def _tell(self) -> None:
        while not self._ended.wait(ON_TERMINAL_S if self._is_terminal else IN_LOG_S):
            end = "\x1b[K\r" if self._is_terminal else "\n"
            print(self.line(), end=end, file=sys.stderr, flush=True)
