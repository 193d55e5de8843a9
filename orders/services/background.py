"""The process that does what others put off: it sweeps up what was lost, and works off the queue.

Any number of these may run, on any number of machines. With another queue than the database's, the
queue's own workers do the tasks and this goes on sweeping.
"""

import logging
import threading
import time

from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet

from orders import clock
from orders.services import forgetting, receipt_delivery, repeat_work, webhook_delivery
from orders.services.heartbeat import WORKER, Heart

log = logging.getLogger(__name__)

QUEUE = "default"
TIDY_EVERY_S = 3600.0


class NeverFinished(Exception):
    """The task was begun and its worker never said how it ended."""


class Background:
    """Works in rounds until ``stop`` is set; a task that was begun is finished.

    Raises ``OperationalError`` or ``InterfaceError`` when the database is away; the rows behind the
    tasks are due again soon.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.heart = Heart(WORKER)
        self._tidy_at = 0.0

    def round(self) -> int:
        """Do everything that waits; returns how many tasks were looked at."""
        self.heart.beat()
        receipt_delivery.sweep()
        repeat_work.sweep()
        webhook_delivery.sweep()
        self._tidy()
        worked = 0
        # Looking costs a read. Taking a task locks the whole of an SQLite file.
        while not self.stop.is_set() and _ready().exists():
            with self.heart.beating():
                self._one_task()
            self.heart.beat()
            worked += 1
        return worked

    def _tidy(self) -> None:
        """Once an hour, end the tasks of killed workers, and forget what is old: some of it each
        round until none is left, so that nothing that waits has to wait for that.
        """
        if time.monotonic() < self._tidy_at:
            return
        _end_killed()
        if not forgetting.forget_some():
            self._tidy_at = time.monotonic() + TIDY_EVERY_S

    def _one_task(self) -> None:
        """The first task of the queue, unless somebody else was quicker."""
        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name=QUEUE,
            startup_delay=False,
            max_tasks=1,
            worker_id=self.heart.name[:64],
            excluded_queue_names=[],
        ).run()


def _end_killed() -> None:
    """Mark as failed what was begun so long ago that nobody does it any more: its worker was
    killed, or could not note how it ended. What it was to do is swept up by the row behind it.
    """
    begun_before = clock.now() - receipt_delivery.lease()
    for task in DBTaskResult.objects.running().filter(started_at__lt=begun_before):
        log.warning("task %s of %s was never finished", task.pk, ", ".join(task.worker_ids))
        task.set_failed(NeverFinished())


def _ready() -> DBTaskResultQuerySet:
    return DBTaskResult.objects.ready().filter(backend_name=QUEUE)
