"""``manage.py resolve``: settle what is open, again and again; ``--once`` for a single round."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from orders.services.resolve import Resolver


class Command(BaseCommand):
    """Run any number of these, on any number of machines."""

    help = "Ask the gateway about open charges, expire forms nobody finished, retire tokens."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--once`` for one round, ``--pause`` for the seconds between rounds."""
        parser.add_argument("--once", action="store_true", help="do one round and end")
        parser.add_argument("--pause", type=float, default=5.0, help="seconds between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until asked to stop; a database that is away for a while does not end it."""
        resolver = Resolver()
        if options["once"]:
            self.stdout.write(f"{resolver.round()} rows worked on")
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: resolver.stop.set())
        while not resolver.stop.is_set():
            try:
                resolver.round()
            except (InterfaceError, OperationalError) as error:
                self.stderr.write(f"the database is away: {type(error).__name__}")
            close_old_connections()
            resolver.stop.wait(options["pause"])
