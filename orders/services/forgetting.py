"""What nobody needs any more is forgotten, so that it does not grow for ever: the words of answers
of the API and of webhook messages, sessions that are over, tasks that ended.

Orders, operations, evidence and the trail are kept for ever and never touched here. So are the rows
of requests and messages: by them a key is known again, and the messages of an order are numbered.
Each batch is a short transaction that passes over what others hold, so any number of processes may
do this beside one another.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django_tasks_db.models import DBTaskResult

from orders import clock
from orders.models import ApiRequest, WebhookDelivery
from orders.states import WebhookState

BATCH = 500
TASKS_KEPT = timedelta(days=1)


def forget_some() -> bool:
    """Forget up to a batch of each kind; whether there may be more."""
    found = [_batch(old, forget) for old, forget in _old()]
    return any(found)


def _old() -> Iterator[tuple[QuerySet[Any], Callable[[QuerySet[Any]], object]]]:
    """What is old, in the order of an index where there is one, and how it is forgotten."""
    if before := _days_ago(settings.API_ANSWERS_KEPT_DAYS):
        answers = ApiRequest.objects.filter(answer_status__isnull=False, created_at__lt=before)
        yield answers.order_by("created_at"), _drop_answer
    if before := _days_ago(settings.WEBHOOK_MESSAGES_KEPT_DAYS):
        ended = WebhookDelivery.objects.exclude(state=WebhookState.WAITING).exclude(body="")
        yield ended.filter(since__lt=before).order_by("since"), _drop_body
    now = clock.now()
    yield Session.objects.filter(expire_date__lt=now).order_by("expire_date"), QuerySet.delete
    tasks = DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT)
    yield tasks.order_by(), QuerySet.delete


def _batch(old: QuerySet[Any], forget: Callable[[QuerySet[Any]], object]) -> bool:
    """Whether there may be more than the batch that is forgotten now."""
    if not old.exists():  # without a transaction, which would lock the whole of an SQLite file
        return False
    with transaction.atomic():
        pks = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        # Asked once more: between the two a message may have been sent again.
        forget(old.filter(pk__in=pks).order_by())
    return len(pks) == BATCH


def _drop_answer(requests: QuerySet[ApiRequest]) -> None:
    """The same request is answered by how its act stands then, which its form key finds."""
    requests.update(answer_status=None, answer="", answer_location="")


def _drop_body(messages: QuerySet[WebhookDelivery]) -> None:
    messages.update(body="", log=[])


def _days_ago(days: int) -> datetime | None:
    """The moment so many days ago; None where 0 keeps for ever."""
    return clock.now() - timedelta(days=days) if days else None
