"""Room for requests of this process that wait for the gateway at the same time.

Each holds a thread of the web server. While the gateway hangs, those that are left serve the pages.
"""

import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _

from orders.errors import Refused

MARGIN_S = 5.0

_lock = threading.Lock()
_until: dict[Hashable, float] = {}
_more = 0


def taken() -> int:
    """How many requests of this process are on the wire, or about to be."""
    with _lock:
        _forget()
        return len(_until)


@contextmanager
def claimed(key: str) -> Iterator[None]:
    """Room for one request from before it is claimed. Kept when the block ends, for ``held``, and
    given back when it fails; one that nobody sends in its time is given back by itself.

    Raises ``Refused`` when there is no room. The lock is never held while anybody waits.
    """
    is_mine = _take(key)
    try:
        yield
    except BaseException:
        if is_mine:
            _give_back(key)
        raise


@contextmanager
def held(key: str) -> Iterator[None]:
    """The room that was claimed for ``key``, until its request is over."""
    _put(key)
    try:
        yield
    finally:
        _give_back(key)


@contextmanager
def asking() -> Iterator[None]:
    """Room for one question, which needs no claim. Raises ``Refused`` when there is none."""
    key = object()
    _take(key)
    try:
        yield
    finally:
        _give_back(key)


@contextmanager
def widened(more: int) -> Iterator[None]:
    """Room for so many more: for a process whose threads serve no pages."""
    global _more  # noqa: PLW0603  one room for the whole process
    with _lock:
        _more += more
    try:
        yield
    finally:
        with _lock:
            _more -= more


def _take(key: Hashable) -> bool:
    """``False`` when the same form, sent twice at once, has its room already."""
    with _lock:
        _forget()
        if key in _until:
            return False
        if len(_until) >= settings.MAX_CHARGES_ON_WIRE + _more:
            raise Refused(
                "wire_full",
                _(
                    "The payment gateway is slow, and too many charges wait for it. Nothing was "
                    "sent and nothing was charged. Try again in a minute."
                ),
            )
        _until[key] = _ends()
        return True


def _put(key: Hashable) -> None:
    with _lock:
        _until[key] = _ends()


def _give_back(key: Hashable) -> None:
    with _lock:
        _until.pop(key, None)


def _forget() -> None:
    """Nothing is sent any more so long after it was claimed (``charge.check_in_time``)."""
    now = time.monotonic()
    for key in [one for one, until in _until.items() if until < now]:
        del _until[key]


def _ends() -> float:
    allowed_s: float = settings.CHARGE_DEADLINE_S + MARGIN_S
    return time.monotonic() + allowed_s
