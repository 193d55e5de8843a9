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

from bench.faults.control import Control
from bench.faults.ledgers import Database, Row, gateway_orders
from bench.faults.ports import free_ports
from bench.faults.postman import Postman
from bench.faults.shortened import SHORTENED, TIME_SCALE

READY_WITHIN_S = 90
RESOLVERS = 2
RESOLVE = ("manage.py", "resolve", "--pause", 0.3)
WEB_WORKERS = 4
# Processes are killed here, machines are not: what was written outlives them without a disk.
MEMORY = "/dev/shm"


class Arena:
    """Starts all of it in a folder that is thrown away at the end; ``environment`` is the office's.

    Uses the server of DATABASE_URL if that names a PostgreSQL, else a SQLite file. Beside the
    office stands ``no_line_url``: the same office, where nothing listens at the gateway's address.
    With ``kills_web`` every web worker dies at some failpoint, again and again.
    """

    parent: str | None = MEMORY if os.access(MEMORY, os.W_OK) else None
    resolvers = RESOLVERS

    def __init__(self, seed: int, *, kills_web: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="moto-faults-", dir=self.parent))
        self.books = self.folder / "books.sqlite3"
        self.postman = Postman(seed)
        self._seed = seed
        self._parts: list[subprocess.Popen[bytes]] = []
        self._ended = threading.Event()
        self._given = os.environ.get("DATABASE_URL", "")
        gateway, control, office, no_line = free_ports(4)
        self._closed = socket.socket()
        self._closed.bind(("127.0.0.1", 0))  # bound, and never listened at: it refuses everybody
        self._no_line = f"http://127.0.0.1:{self._closed.getsockname()[1]}/FortAPI/paymentApi"
        self.no_line_url = f"http://127.0.0.1:{no_line}"
        self.gateway_url = f"http://127.0.0.1:{gateway}"
        self.control = Control(control_url := f"http://127.0.0.1:{control}/control")
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
                "FAULTS_FOLDER": str(self.folder),
                "FAULTS_SEED": str(seed),
                "FAULTS_BOOKS": str(self.books),
                "FAULTS_CONTROL": control_url,
                "FAULTS_POSTMAN": self.postman.url,
                **({"FAULTS_KILLS": "yes"} if kills_web else {}),
                "FAULTS_OFFICE": self.office_url,
                "FAULTS_NO_LINE_OFFICE": self.no_line_url,
                "FAULTS_NO_LINE": self._no_line,
                "FAULTS_SESSIONS": str(self.folder / "sessions.json"),
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
        self._closed.close()
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
        self.control.switch(**switches)

    def kill_resolver(self, number: int) -> None:
        """Kill (-9) a resolver, and start another in its place."""
        victim = self._resolvers[number % RESOLVERS]
        self._parts.remove(victim)
        victim.kill()
        victim.wait()
        self._resolvers[number % RESOLVERS] = self._start(*RESOLVE)

    def web_workers(self) -> list[int]:
        """The process ids of the office's web workers, as ``bench.faults.web`` notes them."""
        return sorted(int(file.name) for file in (self.folder / "web").glob("[0-9]*"))

    def gateway_books(self) -> dict[str, Row]:
        """The gateway's orders by merchant_reference."""
        return gateway_orders(self.books)

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens at the gateway by itself, and no letter is under way."""
        with urllib.request.urlopen(f"{self.gateway_url}/waiting.json", timeout=60) as answer:
            return not json.load(answer)["waiting"] and self.postman.is_idle

    def received(self) -> Counter[tuple[str, str]]:
        """How often the gateway received each reference with each command."""
        with urllib.request.urlopen(f"{self.gateway_url}/counts.json", timeout=60) as answer:
            counts = json.load(answer)["counts"]
        return Counter({(reference, named): times for reference, named, times in counts})

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

    def noted(self, name: str) -> list[str]:
        """The lines of a file in the arena's folder, none where there is no such file."""
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []

    def _new_database(self) -> str:
        if not self._given.startswith("postgres"):
            return f"sqlite:///{self.folder / 'office.sqlite3'}"
        name = f"faults_{secrets.token_hex(6)}"
        with psycopg.connect(self._given, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        return urlunsplit(urlsplit(self._given)._replace(path=f"/{name}"))

    def _start_all(self) -> None:
        gateway = urlsplit(self.gateway_url).port
        control = urlsplit(self.environment["FAULTS_CONTROL"]).port
        self._start(
            *("-m", "orders.sandbox", "--port", gateway, "--control-port", control),
            *("--books", self.books, "--feedback-url", self.postman.url),
            *("--time-scale", TIME_SCALE),
        )
        self._serve_all()
        self._resolvers = [self._start(*RESOLVE) for _ in range(self.resolvers)]
        for url in (f"{self.gateway_url}/health", f"{self.office_url}/healthz"):
            self._wait_for(url)

    def _serve_all(self) -> None:
        (self.folder / "web").mkdir()
        kills = ("--config", "python:bench.faults.web", "--log-level", "critical")
        self._serve(self.office_url, WEB_WORKERS, "motooffice.wsgi", *kills)
        no_line = {"APS_API_URL": self._no_line}
        self._serve(self.no_line_url, 1, "motooffice.wsgi", *kills, **no_line)
        self._wait_for(f"{self.no_line_url}/healthz")

    def _serve(self, url: str, workers: int, *arguments: object, **environment: str) -> None:
        """The office behind gunicorn, as an installation runs it."""
        where = ("--bind", urlsplit(url).netloc, "--workers", workers, "--worker-class", "sync")
        limits = ("--no-control-socket", "--timeout", 90)
        self._start("-m", "gunicorn", *arguments, *where, *limits, **environment)

    def _start(self, *arguments: object, **environment: str) -> "subprocess.Popen[bytes]":
        command, output = [sys.executable, *map(str, arguments)], self._output()
        every = self.environment | environment
        part = subprocess.Popen(command, env=every, stdout=output, stderr=output)
        self._parts.append(part)
        return part

    def _output(self) -> Any:
        """Where the processes print to."""
        return None if "FAULTS_LOUD" in os.environ else subprocess.DEVNULL

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
        command, every = [sys.executable, "manage.py", *arguments], self.environment
        return subprocess.run(command, env=every, capture_output=True, text=True, check=False)
