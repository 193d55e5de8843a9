"""``manage.py compare --report FILE``: hold a report of APS against the operations."""

import getpass
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from orders import clock
from orders.models import Difference
from orders.services.compare import MARGIN, Found, compare
from orders.services.differences import open_differences
from orders.services.report import BadReport
from orders.states import Kind


class Command(BaseCommand):
    """Exits with 0 when nothing differs, 1 when something is open, 2 for a file that is no report.

    Take a report of the last two days every day: what was on its way at midnight is then seen whole
    in the next one.
    """

    help = "List where a transaction report of APS and the orders differ, and keep that list."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--report`` names the file; the rest says what it covers."""
        parser.add_argument("--report", required=True, metavar="FILE", help="CSV, as APS makes it")
        day = "a day, or a time with its offset; by default "
        parser.add_argument("--from", dest="since", help=f"{day}that of the first row")
        parser.add_argument("--to", dest="until", help=f"{day}that of the last row")
        parser.add_argument(
            "--margin",
            type=int,
            default=int(MARGIN.total_seconds() // 60),
            metavar="MINUTES",
            help="near the ends, what is not in the report is not missed (default: %(default)s)",
        )
        parser.add_argument("--dry-run", action="store_true", help="look only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, print what is open, and end with the exit code."""
        path = Path(options["report"])
        try:
            compared = compare(
                path=path,
                run_by=getpass.getuser(),
                since=_moment(options["since"], timedelta(0)),
                until=_moment(options["until"], timedelta(days=1)),
                margin=timedelta(minutes=max(options["margin"], 0)),
                is_dry=options["dry_run"],
                progress=self._progress,
            )
        except BadReport as error:
            raise CommandError(f"{path}: {error}", returncode=2) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}", returncode=2) from error
        window = compared.window
        self.stdout.write(
            f"{compared.rows} rows, {timezone.localtime(window.since):%Y-%m-%d %H:%M} to "
            f"{timezone.localtime(window.until):%Y-%m-%d %H:%M}"
        )
        found: Iterable[Found | Difference] = compared.found
        if not options["dry_run"]:
            found = open_differences().order_by("id").iterator()
        open_ones = self._list(found)
        if open_ones:
            raise CommandError(f"{open_ones} differences: see Needs attention.", returncode=1)
        self.stdout.write("Nothing differs.")

    def _progress(self, rows: int) -> None:
        self.stderr.write(f"{rows} rows read")

    def _list(self, found: Iterable[Found | Difference]) -> int:
        """A line for each, then a table of how many there are; returns how many."""
        counts: Counter[tuple[str, str]] = Counter()
        for one in found:
            counts[one.kind, one.what] += 1
            words = f"{Difference.What(one.what).label}: {Kind(one.kind).label}"
            self.stdout.write(f"{words} {one.merchant_reference}")
        whats = list(Difference.What)
        self._row("", [str(what.label) for what in whats])
        for kind in Kind:
            self._row(str(kind.label), [str(counts[kind, what]) for what in whats])
        return counts.total()

    def _row(self, name: str, cells: list[str]) -> None:
        self.stdout.write(f"{name:<14}" + "".join(f"{cell:>16}" for cell in cells))


def _moment(text: str | None, end_of_day: timedelta) -> datetime | None:
    """The time that was asked for; a day begins at the office's midnight."""
    if not text:
        return None
    try:
        if day := parse_date(text):
            return clock.midnight(day + end_of_day)
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError(
            f"{text!r} is no day (2026-11-26) and no time with its offset "
            "(2026-11-26T09:30:00+04:00).",
            returncode=2,
        )
    return moment
