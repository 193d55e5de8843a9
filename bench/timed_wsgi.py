"""The office with a stopwatch: every answer says in ``Server-Timing`` where its time went."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connections

from motooffice.wsgi import application as office

StartResponse = Callable[..., Any]


class Stopwatch:
    """Milliseconds and numbers of what the database was asked in one request."""

    def __init__(self) -> None:
        self.spent_ms = {"queries": 0.0, "commits": 0.0}
        self.number = {"queries": 0, "commits": 0}

    def query(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """A wrapper as Django's ``execute_wrapper`` wants it."""
        return self.watched("queries", execute, *arguments)

    def watched(self, what: str, act: Callable[..., Any], *arguments: Any) -> Any:
        """Do it, and add the time it took."""
        began = time.perf_counter()
        try:
            return act(*arguments)
        finally:
            self.spent_ms[what] += 1000 * (time.perf_counter() - began)
            self.number[what] += 1

    def header(self, total_ms: float) -> str:
        """The value of the header; ``desc`` is a number of times."""
        parts = [
            f'{what};dur={ms:.2f};desc="{self.number[what]}"' for what, ms in self.spent_ms.items()
        ]
        return ", ".join([f"total;dur={total_ms:.2f}", *parts])


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The office's own application, watched."""
    watch, began, database = Stopwatch(), time.perf_counter(), connections["default"]
    commit = database.commit

    def start_timed(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        total_ms = 1000 * (time.perf_counter() - began)
        headers.append(("Server-Timing", watch.header(total_ms)))
        return start_response(status, headers, *more)

    database.commit = lambda: watch.watched("commits", commit)
    try:
        with database.execute_wrapper(watch.query):
            return office(environ, start_timed)
    finally:
        del database.commit
