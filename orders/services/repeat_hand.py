"""One process at work on a running repeat run: some rows on the wire at once, each in a thread.

A row and its order are one commit, and the charge goes through the services that any other charge
goes through. So a process that dies leaves either a row that the next one takes, or a charge that
the resolver asks about: never a second charge.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import cast

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import translation

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, RepeatItem, RepeatRun, Staff
from orders.purposes import Initiator
from orders.services import charge, place, readiness, repeat_items, repeat_runs, wire_room
from orders.services.near_duplicates import Warned
from orders.services.new_order import NewOrder
from orders.services.place import Placed
from orders.services.repeat_claims import claim
from orders.states import Source

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
LONGEST_WAIT_S = 2.0
# Refusals of everything that is sent now, whatever the row: the row waits.
LATER = frozenset({"gateway_away", "account_refused", "reconcile_first", "wire_full"})
_one_at_a_time = threading.Lock()


class Hand:
    """Works on ``run`` until ``is_over`` says so, no row is left to take, or nothing may be sent.

    ``tell`` is called now and then. What is on the wire then still ends and is recorded.
    """

    def __init__(
        self,
        run: RepeatRun,
        is_over: Callable[[], bool] = lambda: False,
        tell: Callable[[], object] = lambda: None,
    ) -> None:
        self.run = run
        self.actor = cast("Staff", run.started_by)
        self.is_held_up = False
        self._is_over = is_over
        self._tell = tell

    def work(self) -> bool:
        """Whether rows were left for later when it ended."""
        most = settings.REPEAT_IN_FLIGHT
        is_more = True
        with wire_room.widened(most), _crew(most, self._charge) as (jobs, done):
            busy = 0
            while busy or (is_more and not self._has_to_end()):
                # A few are claimed ahead, so that no thread waits for a claim.
                if busy <= most + most // 2 and not self._has_to_end():
                    with turn():
                        claimed = claim(self.run, 2 * most - busy)
                    is_more = claimed.is_more
                    for job in claimed.rows:
                        jobs.put(job)
                    busy += len(claimed.rows)
                busy -= _ended(done, wait_s=LOOK_EVERY_S)
                self._tell()
        return is_more

    def _has_to_end(self) -> bool:
        return self.is_held_up or self._is_over()

    def _charge(self, item: RepeatItem, moment: datetime) -> None:
        """Make the order of a row, send its charge when its moment has come, and record it."""
        self._wait_for(moment)
        with turn(), _closing():
            if self._has_to_end():
                repeat_items.give_back(item)
                return
            operation = self._claimed(item)
            if operation is None:
                return
            request = charge.request_of(operation)
        statement = charge.said(operation, request)
        with turn(), _closing():
            charge.recorded(operation, statement)

    def _wait_for(self, moment: datetime) -> None:
        """Sleep until then, unless the clock was set back meanwhile."""
        while 0 < (wait_s := (moment - clock.now()).total_seconds()) <= LONGEST_WAIT_S:
            if self._has_to_end():
                return
            time.sleep(min(wait_s, LOOK_EVERY_S))

    def _claimed(self, item: RepeatItem) -> Operation | None:
        """The charge of the row, claimed for this call alone; ``None`` where none may be made."""
        try:
            with translation.override(self.actor.language):
                placed = self._place(item)
        except Conflict as conflict:
            if conflict.code != "row_moved_on":
                repeat_items.refuse(item, str(conflict))
        except Refused as refusal:
            self._refused(item, refusal)
        else:
            return placed.operation if placed.is_new else None
        return None

    def _place(self, item: RepeatItem) -> Placed:
        order = partial(
            place.place_order,
            actor=self.actor,
            form_key=item.form_key,
            new_order=NewOrder(
                source=Source.REPEAT,
                customer=item.card.customer,
                amount_minor=item.amount_minor,
                currency=item.currency,
                reference=item.reference,
                description=item.description,
                repeat_item=item,
            ),
            stored_card=item.card,
            initiated_by=Initiator.MERCHANT,
        )
        try:
            return order()
        except Warned as warned:
            # The reason was given for what the dry run showed, and for nothing since.
            if not self.run.alike_reason or item.line not in self.run.alike_lines:
                raise
            return order(confirmation=warned.answered(self.run.alike_reason))

    def _refused(self, item: RepeatItem, refusal: Refused) -> None:
        """Tell why the row is not charged; what concerns every row holds the run up instead."""
        if refusal.code in LATER:
            self.is_held_up = True
            repeat_items.give_back(item)
        elif refusal.code == "not_permitted":
            self.is_held_up = True
            repeat_items.give_back(item)
            with suppress(Conflict):  # another row was quicker
                repeat_runs.pause(actor=None, run=self.run, reason=str(refusal))
        else:
            repeat_items.refuse(item, str(refusal))


def turn() -> AbstractContextManager[object]:
    """On SQLite, whose writers wait for one another by polling, one thread writes at a time."""
    return _one_at_a_time if connection.vendor == "sqlite" else nullcontext()


def may_begin() -> bool:
    """Whether anything may be sent to the gateway now."""
    try:
        readiness.check()
    except Refused:
        return False
    return True


@contextmanager
def _closing() -> Iterator[None]:
    """Keep no connection of a pool while the gateway is waited for."""
    try:
        yield
    finally:
        close_old_connections()


@contextmanager
def _crew(
    size: int, work: Callable[[RepeatItem, datetime], None]
) -> Iterator[tuple["queue.SimpleQueue[object]", "queue.SimpleQueue[None]"]]:
    """Threads that do ``work`` on what is put into the first queue, and say so in the second."""
    jobs: queue.SimpleQueue[object] = queue.SimpleQueue()
    done: queue.SimpleQueue[None] = queue.SimpleQueue()

    def do() -> None:
        while job := jobs.get():
            try:
                work(*job)  # type: ignore[misc]
            except Exception:
                log.exception("a row of a repeat run cannot be worked on")
            done.put(None)
        connection.close()

    threads = [threading.Thread(target=do, daemon=True) for _number in range(size)]
    for thread in threads:
        thread.start()
    try:
        yield jobs, done
    finally:
        for _thread in threads:
            jobs.put(None)
        for thread in threads:
            thread.join()


def _ended(done: "queue.SimpleQueue[None]", *, wait_s: float) -> int:
    """How many jobs have ended: all that have by now, or the first one within ``wait_s``."""
    try:
        done.get(timeout=wait_s)
    except queue.Empty:
        return 0
    return 1 + sum(1 for _one in iter(lambda: _more(done), False))


def _more(done: "queue.SimpleQueue[None]") -> bool:
    try:
        done.get_nowait()
    except queue.Empty:
        return False
    return True
