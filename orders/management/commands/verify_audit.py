"""``manage.py verify_audit``: prove that no event was changed or taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.models import Event
from orders.services import audit


class Command(BaseCommand):
    """Exits with 1 and a sentence for each event that does not fit its chain."""

    help = "Verify the hash chains of the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--chain`` looks at one order, or at "accounts"."""
        parser.add_argument("--chain", help='an order number, or "accounts"')

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every event once, in order."""
        chain, problems = options["chain"], 0
        events = Event.objects.filter(chain=chain) if chain else Event.objects.all()
        if chain and not events.exists():
            raise CommandError(f"There are no events of {chain}.")
        for problem in audit.verify(chain):
            problems += 1
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{problems} events do not fit.")
        self.stdout.write(f"{events.count()} events, all in order.")
