"""`manage.py unlock NAME`: end the lock that wrong passwords put on an account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import accounts
from orders.services import audit


class Command(BaseCommand):
    """For the day on which the administrator is the one who is locked out."""

    help = "Let a member of staff try to sign in again at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        staff = accounts.known(options["username"])
        if staff is None:
            raise CommandError(f"There is no account {options['username']!r}.")
        accounts.unlock(staff.username)
        audit.record_account("sign_in_unlocked", staff=staff.username)
        self.stdout.write(f"{staff.username} may try to sign in again.")
