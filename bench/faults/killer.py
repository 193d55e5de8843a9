"""Kills the office's web workers and resolvers (-9) at random instants while people work."""

import os
import random
import signal
import threading
from collections import Counter
from typing import Self

from bench.faults.arena import Arena

EVERY_S = (2.0, 8.0)
ONE_RESOLVER_IN = 12  # a new one takes seconds to start


class Killer:
    """``with Killer(arena, seed) as killer``; ``killer.killed`` says who died, and where."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._arena = arena
        self._chance = random.Random(f"{seed}:killer")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.wait(self._chance.uniform(*EVERY_S)):
            if self._chance.randrange(ONE_RESOLVER_IN) == 0:
                self._arena.kill_resolver(self._chance.randrange(100))
                self.killed["resolvers killed at a random instant"] += 1
            elif workers := self._arena.web_workers():
                try:
                    os.kill(self._chance.choice(workers), signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.killed["web workers killed at a random instant"] += 1
