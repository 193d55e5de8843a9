"""The database, away or lost at one instant: a relay before PostgreSQL, a lock on SQLite's file."""

import contextlib
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

_SIZE = 65_536


class Relay:
    """Passes bytes on until it is told otherwise.

    ``cut_at`` names bytes of ours at which the connection breaks, once: ``"before"`` the server has
    them, or ``"after"`` it has done what they ask for and before we learn of it.
    """

    def __init__(self, server: tuple[int, Any]) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._cut: tuple[bytes, str] | None = None
        self.is_away = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut_at(self, words: bytes, when: str) -> None:
        self._cut = (words, when)

    def go_away(self) -> None:
        """Cut every connection and refuse new ones."""
        self.is_away = True
        for one in self._open:
            _end(one)

    def close(self) -> None:
        self.go_away()
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                ours, _address = self._listener.accept()
                if self.is_away:
                    ours.close()
                    continue
                theirs = socket.socket(self._server[0])
                theirs.connect(self._server[1])
                self._open += [ours, theirs]
                for way in ((ours, theirs, True), (theirs, ours, False)):
                    threading.Thread(target=self._pass_on, args=way, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_ours: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_SIZE):
                if is_ours and self._cut and self._cut[0] in data:
                    (_words, when), self._cut = self._cut, None
                    _end(source)
                    if when == "after":
                        target.sendall(data)
                        target.recv(_SIZE)  # it is done
                    break
                target.sendall(data)
        _end(source)
        _end(target)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """The office on a database that is away from the moment the given function is called."""
    if connection.vendor == "postgresql":
        with relayed() as relay:
            yield relay.go_away
        return
    options = connection.settings_dict["OPTIONS"]
    connections.close_all()
    connection.settings_dict["OPTIONS"] = options | {"timeout": 0.1}
    holder = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    try:
        yield lambda: holder.execute("BEGIN EXCLUSIVE") and None
    finally:
        holder.close()
        connections.close_all()
        connection.settings_dict["OPTIONS"] = options


@contextmanager
def relayed() -> Iterator[Relay]:
    """The office, connected through a relay. Skips the test on SQLite."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that could be lost")
    entry = connection.settings_dict
    options = entry["OPTIONS"]
    host, port = options.get("host") or entry["HOST"], int(entry["PORT"] or 5432)
    is_file = host.startswith("/")
    server = (
        (socket.AF_UNIX, str(Path(host) / f".s.PGSQL.{port}"))
        if is_file
        else (socket.AF_INET, (host, port))
    )
    relay = Relay(server)
    connections.close_all()
    entry["OPTIONS"] = options | {"host": "127.0.0.1", "port": relay.port}
    try:
        yield relay
    finally:
        connections.close_all()
        entry["OPTIONS"] = options
        relay.close()
