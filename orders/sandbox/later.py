"""Things to be done a little later, on a few threads that end with the stand-in."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Later:
    """Runs work after a delay; what is still waiting at `close` is forgotten."""

    def __init__(self, threads: int = 4) -> None:
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False
        self._at_work = 0
        for _ in range(threads):
            threading.Thread(target=self._work, daemon=True).start()

    def after(self, delay_s: float, work: Callable[[], None]) -> None:
        """Do the work in so many seconds."""
        with self._changed:
            due = time.monotonic() + delay_s
            heapq.heappush(self._waiting, (due, next(self._order), work))
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """How much is still to be done, or being done."""
        with self._changed:
            return len(self._waiting) + self._at_work

    def close(self) -> None:
        """Start nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            finally:
                with self._changed:
                    self._at_work -= 1

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                wait_s = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if wait_s is not None and wait_s <= 0:
                    self._at_work += 1
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(wait_s)
        return None
