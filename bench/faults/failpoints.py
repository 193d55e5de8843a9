"""Places at which a process of the bench kills itself (-9), named as in a table of crashes.

They are put around Django's commit and urllib3's request from outside, in the bench's own workers
and web processes only: the product has no hook for tests, and runs here as it runs anywhere.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from urllib3.connection import HTTPConnection

NAMES = (
    "t1_before_commit",  # the intent is written, but not committed
    "between_t1_t2",  # it is committed, and nobody has claimed it
    "t2_before_commit",  # the claim is written, but not committed
    "after_t2",  # it is committed, and nothing was sent
    "before_send",  # the request is about to leave
    "after_send",  # it left, and no answer was read
    "after_response",  # the answer was read, and is not written down
    "t3_before_commit",  # it is written down, but not committed
)


@dataclass
class _Armed:
    """Where this process is to die, and which steps its open transaction has written."""

    name: str = ""
    passes: int = 0
    note: Callable[[str], object] | None = None
    written: set[str] = field(default_factory=set)


_armed = _Armed()


def arm(name: str, *, passes: int = 0, note: Callable[[str], object] | None = None) -> None:
    """Die at ``name`` after passing it so often; "" disarms. ``note`` is told just before."""
    _armed.name, _armed.passes, _armed.note = name, passes, note


def install() -> None:
    """Put the places around this process's commits and requests."""
    connection_created.connect(_watch)
    for connection in connections.all(initialized_only=True):
        _watch(connection=connection)
    BaseDatabaseWrapper._commit = _around_commit(BaseDatabaseWrapper._commit)
    BaseDatabaseWrapper._rollback = _forgetting(BaseDatabaseWrapper._rollback)
    HTTPConnection.request = _before("before_send", HTTPConnection.request)
    HTTPConnection.getresponse = _before("after_send", HTTPConnection.getresponse)
    requests.Response.__exit__ = _before("after_response", requests.Response.__exit__)


def _reach(name: str) -> None:
    if name != _armed.name:
        return
    if _armed.passes:
        _armed.passes -= 1
        return
    if _armed.note:
        _armed.note(name)
    os.kill(os.getpid(), signal.SIGKILL)


def _before(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def reached(*args: Any, **kwargs: Any) -> Any:
        _reach(name)
        return original(*args, **kwargs)

    return reached


def _around_commit(original: Callable[..., Any]) -> Callable[..., Any]:
    def commit(connection: BaseDatabaseWrapper) -> Any:
        written = set(_armed.written)
        _armed.written.clear()
        for step in sorted(written):
            if step != "t2" or "t1" not in written:  # a stored card's claim is part of T1
                _reach(f"{step}_before_commit")
        done = original(connection)
        if "t2" in written:
            _reach("after_t2")
        elif "t1" in written:
            _reach("between_t1_t2")
        return done

    return commit


def _forgetting(original: Callable[..., Any]) -> Callable[..., Any]:
    def rollback(connection: BaseDatabaseWrapper) -> Any:
        _armed.written.clear()
        return original(connection)

    return rollback


def _watch(*, connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if _recognise not in connection.execute_wrappers:
        connection.execute_wrappers.append(_recognise)


def _recognise(
    execute: Callable[..., Any], sql: str, params: Sequence[Any] | None, many: bool, context: Any
) -> Any:
    """Note which of the three steps the open transaction is about to write."""
    values = list(params or [])
    if sql.startswith('INSERT INTO "orders_operation"'):
        _armed.written.update({"t1", "t2"} if "sending" in values else {"t1"})
    elif sql.startswith('UPDATE "orders_operation" SET "status"') and values[0] == "sending":
        _armed.written.add("t2")
    elif sql.startswith('INSERT INTO "orders_evidence"') and "reply" in values:
        _armed.written.add("t3")
    return execute(sql, params, many, context)
