"""``manage.py work``: do what waits in the queue, again and again; ``--once`` until it is empty."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from orders.services.background import Background


class Command(BaseCommand):
    """Run any number of these, on any number of machines.

    Not the library's own ``db_worker``: that one ends when the database is away for a moment, and
    gives no sign of life.
    """

    help = "Send receipts and webhooks, and whatever else the office does later."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--once`` for one round, ``--pause`` for the seconds between rounds."""
        parser.add_argument("--once", action="store_true", help="do one round and end")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until asked to stop; a database that is away for a while does not end it."""
        background = Background()
        if options["once"]:
            self.stdout.write(f"{background.round()} tasks done")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: background.stop.set())
        while not background.stop.is_set():
            try:
                background.round()
            except (InterfaceError, OperationalError) as error:
                self.stderr.write(f"the database is away: {type(error).__name__}")
            close_old_connections()
            background.stop.wait(options["pause"])
