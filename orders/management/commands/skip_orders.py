"""``manage.py skip_orders NUMBER``: give no number again that a lost order had."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.errors import Refused
from orders.services.order_numbers import go_past


class Command(BaseCommand):
    """Exits with 1 and a sentence when the number is not ahead of the orders there are."""

    help = "After a restore: let new orders begin behind the last number the gateway knows."

    def add_arguments(self, parser: CommandParser) -> None:
        """The digits of the last order number in the gateway's report: 10482 of MO-10482-1."""
        parser.add_argument("number", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        """Move the numbers forward and say where they stand."""
        try:
            past = go_past(options["number"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"The next order comes after {past}.")
