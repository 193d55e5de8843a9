"""Patience with a database that is away while something has to be written down that cannot be done
again: an answer of the gateway, a mail that left.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections

PAUSES_S = (0.2, 0.5, 1.0, 2.0, 3.0, 3.0)
Written = TypeVar("Written")


def patiently(write: Callable[[], Written]) -> Written:
    """What ``write``, a transaction of its own, returns; begun again while the database is away.

    Raises ``InterfaceError`` or ``OperationalError`` where it stays away; the caller must have a
    row by which somebody else makes up for it.
    """
    for pause_s in PAUSES_S:
        try:
            return write()
        except (InterfaceError, OperationalError):
            time.sleep(pause_s)
            close_old_connections()
    return write()
