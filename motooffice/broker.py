"""The queue on a broker: tasks of Django's Tasks API carried by Celery on RabbitMQ or Redis.

Loaded only where BROKER_URL is set. What a task did is read from the office's own tables, so
nothing is told back. A task that dies with its worker is delivered again, and acts on nothing
twice: each claims its rows (``orders.tasks``).

    celery -A motooffice.broker worker
"""

import os
from typing import Any

from celery import Celery
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motooffice.settings")

app = Celery("motooffice", broker=settings.BROKER_URL)
app.conf.update(
    # A worker throws away tasks that it does not know: no other office may share the queue.
    task_default_queue=f"motooffice-{settings.ORDER_PREFIX}",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=4,
)


@app.task(name="motooffice.work")
def work(path: str, arguments: list[Any]) -> None:
    """Do the task that stands at ``path``."""
    import_string(path).call(*arguments)


class CeleryBackend(BaseTaskBackend):
    """Hands tasks to Celery. Their arguments must survive JSON; their results are not kept.

    A broker delivers in the order of asking: a task's priority is taken, and has no effect here.
    """

    supports_priority = True

    def enqueue(self, task: Task[..., Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Publish the task, and wait some seconds at most for a broker that is away."""
        self.validate_task(task)
        work.apply_async([task.module_path, list(args)], retry=False)
        return TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
