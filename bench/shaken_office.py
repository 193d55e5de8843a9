"""An office whose parts are restarted while it works: web workers, resolvers, the gateway, and a
PostgreSQL that was started for the bench.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.running_office import RunningOffice

STOPS_WITHIN_S = 60


class ShakenOffice(RunningOffice):
    """``received`` goes on counting when the gateway was away. The server of the database is left
    alone unless the office ``owns_database``: others may work on it.
    """

    def __init__(self, seed: int, *, owns_database: bool, **more: Any) -> None:
        super().__init__(seed, **more)
        self._owns_database = owns_database
        self._begun_as: dict[int, tuple[object, ...]] = {}
        self._received_before: Counter[tuple[str, str]] = Counter()

    def restart_web_worker(self) -> None:
        """The oldest finishes what it does and ends; another takes its place."""
        master = self._part("gunicorn").pid
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        if workers:
            os.kill(min(map(int, workers)), signal.SIGTERM)

    def reload_web(self) -> None:
        """All web workers at once, as after a change of settings."""
        self._part("gunicorn").send_signal(signal.SIGHUP)

    def restart_resolver(self) -> None:
        """Ask the one that has run longest to end, wait until it did, and begin another."""
        self._begin_again(self._stop("resolve"))

    def lose_gateway(self, seconds: float) -> None:
        """Nobody listens at the gateway's address for a while; its books are kept."""
        self._received_before += super().received()
        arguments = self._stop("orders.sandbox")
        time.sleep(seconds)
        self._begin_again(arguments)
        self._wait_for(f"{self.gateway_url}/health")
        self.switch(**self._manners)

    def restart_database(self) -> bool:
        """False, and nothing is done, where there is no server that was started for the bench."""
        folder = self.server_folder() if self._owns_database else None
        if folder is None:
            return False
        pid = int((folder / "postmaster.pid").read_text().split()[0])
        program = Path(f"/proc/{pid}/exe").readlink().with_name("pg_ctl")
        owner = folder.stat().st_uid if os.getuid() == 0 else None
        command = [program, "restart", "-D", folder, "-m", "fast", "-w", "-l", folder / "log"]
        subprocess.run(command, check=True, cwd="/", user=owner, stdout=subprocess.DEVNULL)
        return True

    def received(self) -> Counter[tuple[str, str]]:
        return super().received() + self._received_before

    def _start(self, *arguments: object, **environment: str) -> "subprocess.Popen[bytes]":
        part = super()._start(*arguments, **environment)
        self._begun_as[part.pid] = arguments
        return part

    def _part(self, word: str) -> "subprocess.Popen[bytes]":
        return next(part for part in self._parts if word in part.args)  # type: ignore[operator]

    def _stop(self, word: str) -> tuple[object, ...]:
        part = self._part(word)
        part.terminate()
        part.wait(STOPS_WITHIN_S)
        self._parts.remove(part)
        return self._begun_as.pop(part.pid)

    def _begin_again(self, arguments: tuple[object, ...]) -> None:
        self._start(*arguments)
