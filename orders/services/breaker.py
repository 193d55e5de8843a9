"""A pause in asking while the gateway does not answer at all, so that its return is not met by a
crowd and no time is spent on waiting for nothing.
"""

import time
from collections.abc import Callable

FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 30.0


class Breaker:
    """Counts silences in a row. After ``after`` of them asking pauses, for a growing while; then
    one question finds out whether the gateway is back. For one thread.
    """

    def __init__(self, after: int, now: Callable[[], float] = time.monotonic) -> None:
        self._after = after
        self._now = now
        self._silences = 0
        self._pause_s = FIRST_PAUSE_S
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the gateway is taken to be away."""
        return self._silences >= self._after

    def room(self, most: int) -> int:
        """How many questions may be under way now, of ``most``."""
        if not self.is_open:
            return most
        return 0 if self._now() < self._until else 1

    def heard(self, *, answered: bool) -> bool:
        """Note how a question ended; ``True`` when the gateway is back after a pause."""
        was_open = self.is_open
        if answered:
            self._silences, self._pause_s = 0, FIRST_PAUSE_S
            return was_open
        self._silences += 1
        now = self._now()
        # Questions that were under way when the pause began do not make it longer.
        if self.is_open and (not was_open or now >= self._until):
            self._until = now + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        return False
