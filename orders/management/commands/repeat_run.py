"""``manage.py repeat_run``: charge the stored cards of a CSV file from a shell."""

import hashlib
import signal
import threading
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from orders import money
from orders.errors import Refused
from orders.models import RepeatRun, Staff
from orders.run_states import Outcome, RunState
from orders.services import (
    repeat_counts,
    repeat_files,
    repeat_results,
    repeat_runs,
    repeat_work,
    rules,
)

BAR_WIDTH = 30
TELL_EVERY_S = 0.5
PAUSE_S = 1.0
_OPEN = (RunState.RUNNING, RunState.PAUSED, RunState.ASKED)


class Command(BaseCommand):
    """The same run that the pages show: workers may share it, and people may pause and stop it.

    After a crash the same command goes on where it was. Ctrl-C pauses the run.
    """

    help = "Charge the stored cards of a CSV file: dry run, then with --yes or an answer the run."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, who runs it, and what is not to be asked."""
        parser.add_argument("file", type=Path, help="CSV in UTF-8; see docs/repeat-runs.md")
        parser.add_argument("--user", required=True, help="username of who runs it")
        parser.add_argument("--dry-run", action="store_true", help="charge nothing")
        parser.add_argument("--yes", action="store_true", help="start without asking")
        parser.add_argument("--reason", default="", help="why rows that look alike are charged")
        parser.add_argument("--results", type=Path, help="write the results to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the run or go on with it; a database that is away for a while does not end it."""
        try:
            actor = Staff.objects.get(username=options["user"])
            run = self._found_or_made(actor, options["file"])
            is_new = run.state == RunState.DRAFT
            if is_new and not self._started(actor, run, options):
                return
            run.refresh_from_db()
            if run.state == RunState.ASKED:
                self.stdout.write(f"{run}: waits for the approval of a second person")
                return
            if not is_new and not self._wanted(options, "It was begun before. Go on? [yes] "):
                return
            if run.state == RunState.PAUSED:
                run = repeat_runs.resume(actor=actor, run=run)
            self._work(actor, run)
        except (Refused, OSError) as error:
            raise CommandError(str(error)) from error
        except Staff.DoesNotExist as error:
            raise CommandError("there is no such user") from error
        if options["results"]:
            with options["results"].open("w", encoding="utf-8", newline="") as file:
                file.writelines(repeat_results.lines(run))

    def _found_or_made(self, actor: Staff, file: Path) -> RepeatRun:
        """The run of this very file that has not ended, or a new one."""
        rules.may(actor, repeat_files.RIGHT)
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if open_run := RepeatRun.objects.filter(digest=digest, state__in=_OPEN).first():
            self.stdout.write(f"{open_run}: {open_run.get_state_display()}")
            return open_run
        return repeat_files.upload(actor=actor, name=file.name, data=data)

    def _started(self, actor: Staff, run: RepeatRun, options: dict[str, Any]) -> bool:
        """Show the dry run, and start it where that is wanted."""
        found = repeat_counts.progress(run)
        for line, sentence in run.faults:
            self.stdout.write(f"line {line}: {sentence}")
        for line, sentence in run.alike:
            self.stdout.write(f"line {line} looks like another charge: {sentence}")
        sums = [money.format_money(total, code) for code, total in sorted(found.sums.items())]
        self.stdout.write(f"{run}: {found.rows} of {run.row_count} rows, {', '.join(sums) or '0'}")
        if not self._wanted(options, "Charge them? [yes] "):
            repeat_runs.drop(actor=actor, run=run)
            return False
        repeat_runs.start(actor=actor, run=run, alike_reason=options["reason"])
        return True

    def _wanted(self, options: dict[str, Any], question: str) -> bool:
        """Whether anything may be charged: never in a dry run, else if somebody said so."""
        return not options["dry_run"] and (options["yes"] or input(question) == "yes")

    def _work(self, actor: Staff, run: RepeatRun) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        bar = _Bar(run, self)
        while run.state == RunState.RUNNING and not stop.is_set():
            try:
                repeat_work.work(run, is_over=stop.is_set, tell=bar.show)
                run = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
            except (InterfaceError, OperationalError) as error:
                self.stderr.write(f"the database is away: {type(error).__name__}")
            close_old_connections()
            if run.state == RunState.RUNNING:
                stop.wait(PAUSE_S)
        if stop.is_set() and run.state == RunState.RUNNING:
            run = repeat_runs.pause(actor=actor, run=run)
        bar.show(at_once=True)
        self.stdout.write(f"\n{run}: {run.state}")
        for outcome, count in repeat_counts.progress(run).counts.items():
            if count:
                self.stdout.write(f"{outcome.value}: {count}")


class _Bar:
    """A progress bar on one line, written over at most twice a second."""

    def __init__(self, run: RepeatRun, command: BaseCommand) -> None:
        self._run = run
        self._command = command
        self._next = 0.0

    def show(self, *, at_once: bool = False) -> None:
        """Write how far the run is."""
        if not at_once and time.monotonic() < self._next:
            return
        found = repeat_counts.progress(self._run)
        filled = BAR_WIDTH * found.percent // 100
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        unknown = found.counts[Outcome.UNKNOWN]
        text = f"\r[{bar}] {found.percent}% {found.done}/{found.rows}, {unknown} not known yet"
        self._command.stdout.write(text, ending="")
        self._command.stdout.flush()
        self._next = time.monotonic() + TELL_EVERY_S
