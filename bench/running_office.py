"""An office of its own processes beside a gateway that behaves, for the benches that look at the
office alone: `Arena` without its surprises, with the demo's staff and everything it writes kept.
"""

from pathlib import Path
from typing import Any, Self

import psycopg

from bench.agent import Agent
from bench.faults.arena import Arena
from bench.faults.ledgers import Row

MAKE_STAFF = "from orders.demo.history import make_staff; make_staff()"
POSTGRES_FOLDER = "moto-postgres-"  # how tests/postgres.py calls it
WEB_PROCESSES = 2


class RunningOffice(Arena):
    """`manners` are switches of the stand-in, `settings` the office's environment. Without
    `resolves` no resolver runs. What all of them print is in the file `log` of `folder`.
    """

    parent = None  # a disk, as an office has one

    def __init__(
        self,
        seed: int,
        *,
        settings: dict[str, str] | None = None,
        manners: dict[str, Any] | None = None,
        wsgi: str = "motooffice.wsgi",
        resolves: bool = True,
        server_log: str = "critical",
    ) -> None:
        super().__init__(seed)
        self._manners, self._wsgi, self._server_log = manners or {}, wsgi, server_log
        self.resolvers = self.resolvers if resolves else 0
        # The same few orders are taken again and again: nobody is asked why.
        self.environment |= {"NEAR_DUPLICATE_S": "0"} | (settings or {})
        self._log = (self.folder / "log").open("ab")

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._manage("shell", "--verbosity", "0", "-c", MAKE_STAFF)
            self.switch(**self._manners)
        except BaseException:
            self.close()
            raise
        return self

    def agent(self, username: str = "agent") -> Agent:
        """Somebody of the demo's staff, signed in."""
        agent = Agent(self.office_url, username)
        agent.sign_in()
        return agent

    def stored_card(self, agent: Agent) -> Row:
        """``id`` and ``customer_id`` of a card that an order was charged to and that was kept."""
        agent.charge_new_card("10.00", keep=True)
        return self.database.rows("SELECT id, customer_id FROM orders_storedcard ORDER BY id")[-1]

    def said(self, program: str) -> str:
        """What ``program`` prints in the office's shell. Raises ``RuntimeError`` if it fails."""
        done = self._run("shell", "--verbosity", "0", "-c", program)
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])
        return done.stdout.strip()

    def server_folder(self) -> Path | None:
        """Where PostgreSQL keeps its files, if it is a server that was started for the bench."""
        if self.database.name == "SQLite":
            return None
        with psycopg.connect(self.database.url, autocommit=True) as server:
            server.execute("CHECKPOINT")
            folder = Path(server.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
        return folder if folder.name.startswith(POSTGRES_FOLDER) else None

    def _switch(self) -> None:
        """The gateway keeps its manners."""

    def close(self) -> None:
        super().close()
        self._log.close()

    def _serve_all(self) -> None:
        log = ("--log-level", self._server_log)
        self._serve(self.office_url, WEB_PROCESSES, self._wsgi, *log)

    def _output(self) -> Any:
        return self._log
