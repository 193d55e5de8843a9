"""``manage.py demo``: staff, customers and ninety days of orders for a practice office."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from orders.demo import approvals, gateway, history
from orders.models import Order


class Command(BaseCommand):
    """Starts the stand-in gateway for as long as it takes; adds nothing where there are orders."""

    help = "Fill a practice office with staff, customers and orders."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--orders`` and ``--days``: the size of the story; ``--books``: the stand-in's file."""
        parser.add_argument("--orders", type=int, default=400, help="how many orders")
        parser.add_argument("--days", type=int, default=90, help="over how many days")
        parser.add_argument("--books", type=Path, default=settings.VAR_DIR / "sandbox.sqlite3")

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse anywhere but in the demo at a practice gateway."""
        if not (settings.DEMO and settings.IS_PRACTICE):
            raise CommandError("The demo's orders are for a practice office only (DEMO=true).")
        staff = history.make_staff()
        if Order.objects.exists():
            self.stdout.write("There are orders already; nothing was added.")
            return
        if connection.vendor == "sqlite":
            # Rows that were never real need not survive a power cut while they are written.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous = OFF")
        story = history.History(staff, count=options["orders"], days=options["days"])
        try:
            with gateway.running(options["books"]):
                taken = sum(1 for _order in story.take())
                approvals.set_ceilings(staff)
                taken += len(approvals.tell(staff))
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{taken} orders over {options['days']} days.")
