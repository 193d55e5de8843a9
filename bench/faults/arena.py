"""Everything that runs during a bench: the stand-in gateway, the office's web processes for the
notifications, resolvers, each a process of its own, and a fresh database.
"""

import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.faults.ledgers import Database, Row, gateway_orders
from bench.faults.postman import Postman

TIME_SCALE = 0.05  # the stand-in's "5 min" are 15 s here, its "60 s" three
READY_WITHIN_S = 90
RESOLVERS = 2
# What takes minutes to days in an office takes seconds here.
SHORTENED = {
    "DEMO": "true",
    "CHARGE_DEADLINE_S": "2",
    "PREPARED_EXPIRES_S": "8",
    "NOT_FOUND_WINDOW_S": "6",
    "NOT_FOUND_COUNT": "3",
    "NOT_FOUND_SPACING_S": "1",
    "RESOLVE_SCHEDULE_S": ",".join(map(str, [*range(1, 30), *range(30, 600, 3)])),
    "LOG_LEVEL": "CRITICAL",
}


class Arena:
    """Starts all of it in a folder that is thrown away at the end; ``environment`` is the office's.

    Uses the server of DATABASE_URL if that names a PostgreSQL, else a SQLite file.
    """

    def __init__(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="moto-faults-"))
        self.books = self.folder / "books.sqlite3"
        self.postman = Postman(seed)
        self._seed = seed
        self._parts: list[subprocess.Popen[bytes]] = []
        self._ended = threading.Event()
        self._given = os.environ.get("DATABASE_URL", "")
        gateway, control, office = free_ports(3)
        self.gateway_url = f"http://127.0.0.1:{gateway}"
        self.control_url = f"http://127.0.0.1:{control}/control"
        self.office_url = f"http://127.0.0.1:{office}"
        self.postman.target = f"{self.office_url}/gateway/feedback/"
        self.database = Database(self._new_database())
        self.environment = (
            os.environ
            | SHORTENED
            | {
                "DATABASE_URL": self.database.url,
                "SITE_URL": self.office_url,
                "PORT": str(office),
                "SANDBOX_PORT": str(gateway),
            }
        )

    def __enter__(self) -> Self:
        try:
            self._manage("migrate", "--verbosity", "0")
            self._manage("createcachetable")
            self._start_all()
        except BaseException:
            self.close()
            raise
        threading.Thread(target=self._switch, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process and throw the database away."""
        self._ended.set()
        for part in reversed(self._parts):
            part.terminate()
        for part in self._parts:
            try:
                part.wait(15)
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()
        if self.database.name == "PostgreSQL":
            with psycopg.connect(self._given, autocommit=True) as server:
                name = urlsplit(self.database.url).path[1:]
                server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        shutil.rmtree(self.folder, ignore_errors=True)

    def refuse_dead(self) -> None:
        """RuntimeError if a process ended that nobody meant to end."""
        for part in self._parts:
            if part.poll() is not None:
                raise RuntimeError(f"{part.args} ended by itself ({part.returncode})")

    def switch(self, **switches: Any) -> None:
        """Change switches of the stand-in over its control port."""
        body = json.dumps(switches).encode()
        request = urllib.request.Request(
            self.control_url, body, {"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=20).close()

    def gateway_books(self) -> dict[str, Row]:
        """The gateway's orders by merchant_reference."""
        return gateway_orders(self.books)

    def received(self) -> Counter[tuple[str, str]]:
        """How often the gateway received each reference with each command."""
        with urllib.request.urlopen(f"{self.gateway_url}/counts.json", timeout=60) as answer:
            counts = json.load(answer)["counts"]
        return Counter({(reference, command): times for reference, command, times in counts})

    def trail_is_whole(self) -> bool:
        """Whether ``verify_audit`` finds every hash in place."""
        return self._run("verify_audit").returncode == 0

    def _switch(self) -> None:
        """Let the gateway change its manners all the time."""
        chance = random.Random(f"{self._seed}:switches")
        while not self._ended.wait(0.5):
            try:
                self.switch(
                    feedback=chance.choice(["after", "first", "duplicate"]),
                    feedback_format=chance.choice(["json", "form"]),
                    masked_echoes=chance.random() < 0.2,
                    html_escaped_echoes=chance.random() < 0.5,
                    unsigned_errors=chance.random() < 0.3,
                    plain_refusals=chance.random() < 0.3,
                    language=chance.choice(["", "en", "ar"]),
                    not_found_code=chance.choice(["12036", "11036", "00036"]),
                    delay_after_commit_s=chance.choice([0.0, 0.0, 0.05]),
                )
            except OSError:
                continue

    def _new_database(self) -> str:
        if not self._given.startswith("postgres"):
            return f"sqlite:///{self.folder / 'office.sqlite3'}"
        name = f"faults_{secrets.token_hex(6)}"
        with psycopg.connect(self._given, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        return urlunsplit(urlsplit(self._given)._replace(path=f"/{name}"))

    def _start_all(self) -> None:
        gateway, control = urlsplit(self.gateway_url).port, urlsplit(self.control_url).port
        self._start(
            *("-m", "orders.sandbox", "--port", gateway, "--control-port", control),
            *("--books", self.books, "--feedback-url", self.postman.url),
            *("--time-scale", TIME_SCALE),
        )
        office = urlsplit(self.office_url).netloc
        workers = ("--workers", 2, "--worker-class", "sync", "--timeout", 90)
        quiet = ("--log-level", "critical", "--no-control-socket")
        self._start("-m", "gunicorn", "motooffice.wsgi", "--bind", office, *workers, *quiet)
        for _ in range(RESOLVERS):
            self._start("manage.py", "resolve", "--pause", 0.3)
        for url in (f"{self.gateway_url}/health", f"{self.office_url}/healthz"):
            self._wait_for(url)

    def _start(self, *arguments: object) -> None:
        command = [sys.executable, *map(str, arguments)]
        output = None if "FAULTS_LOUD" in os.environ else subprocess.DEVNULL
        self._parts.append(
            subprocess.Popen(command, env=self.environment, stdout=output, stderr=output)
        )

    def _wait_for(self, url: str) -> None:
        ends = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < ends:
            self.refuse_dead()
            try:
                return urllib.request.urlopen(url, timeout=5).close()
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{url} did not answer")

    def _manage(self, *arguments: str) -> None:
        done = self._run(*arguments)
        if done.returncode:
            raise RuntimeError(f"manage.py {arguments[0]}: {done.stderr[-2000:]}")

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )


def free_ports(number: int) -> list[int]:
    """Ports on which nothing listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
