"""Other processes of the office on the tests' database, which a test may kill at any instant."""

import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

PATIENCE_S = 30


class Process:
    """Does ``act`` in a copy of this process; needs ``transactional_db``."""

    def __init__(self, act: Callable[[], object]) -> None:
        connections.close_all()  # each side opens its own
        self._begun, begun = os.pipe()
        with warnings.catch_warnings():
            # Threads of the stand-in are not copied, and nothing here needs them.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.write(begun, b".")
                act()
                code = 0
            finally:
                os._exit(code)
        os.close(begun)
        os.read(self._begun, 1)
        os.close(self._begun)

    def kill(self) -> None:
        """End it as a power cut would, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def wait(self) -> int:
        """Let it finish; its exit code is 0 when ``act`` raised nothing."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@contextmanager
def nobody_commits() -> Iterator[None]:
    """Stop every other process in the middle of its transaction: before its first event. Held by a
    connection of its own, which ``Process`` does not close.
    """
    holder = connections["default"].copy()
    try:
        with holder.cursor() as cursor:
            if holder.vendor == "postgresql":
                cursor.execute("BEGIN")
                cursor.execute("LOCK TABLE orders_event IN EXCLUSIVE MODE")
            else:
                cursor.execute("BEGIN IMMEDIATE")
            yield
            cursor.execute("ROLLBACK")
    finally:
        holder.close()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for it. Fails the test when it does not become so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
