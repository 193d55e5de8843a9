"""The one door to Django's Tasks API: work that services want done later, in another process.

A task is a function of a service, marked by ``task``. It takes keys of rows, never rows, and may
run late, twice, or never: a queue forgets what a killed process was doing. So whoever enqueues one
also keeps a row by which it is made up for, and the task claims that row before it acts.
"""

from typing import Any

from django.db import transaction
from django_tasks_db.backend import DatabaseBackend

try:
    from django.tasks import Task, task
except ImportError:  # before Django 6
    from django_tasks import task  # type: ignore[no-redef]
    from django_tasks.base import Task  # type: ignore[assignment]

__all__ = ["enqueue", "task"]


def enqueue(work: Task[..., Any], *keys: int) -> None:
    """Have ``work`` done by whichever process is free, once the present transaction has happened.

    The database's own queue is part of that transaction. Any other hears of it after the commit;
    one that is away then costs time, because the row waits for the next sweep, and fails nothing.
    """

    def hand_over() -> None:
        work.enqueue(*keys)

    if isinstance(work.get_backend(), DatabaseBackend):
        hand_over()
    else:
        transaction.on_commit(hand_over, robust=True)
