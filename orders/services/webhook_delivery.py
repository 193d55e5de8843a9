"""Messages leave: signed, one try of each at a time, tried again for three days until it arrived.

Those of one order go to an address in the order of its changes: the next one waits until the one
before it arrived, or failed for good. A row is claimed before its message leaves. A process that
dies meanwhile makes it leave twice, under the same id; it is never lost.
"""

import logging
import random
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Min, QuerySet, Value, When

from orders import clock
from orders.models import Order, WebhookDelivery, WebhookEndpoint
from orders.models.webhooks import PING
from orders.services import audit, webhook_secrets
from orders.services.webhook_line import free, next_in_line
from orders.states import WebhookState
from orders.tasks import enqueue, task
from orders.webhooks import NotDelivered, Policy, headers, post

log = logging.getLogger(__name__)

LEASE_S = 300  # longer than a try may take
QUEUED_S = 300  # how long a task may wait in the queue before another one is made
FIRST_RETRY_S, LONGEST_RETRY_S = 10.0, 3600.0
JITTER = 0.2
LONGEST_PAUSE_S = 600.0
GIVEN_UP_AFTER = timedelta(days=3)
BATCH = 50
LOGGED = 20
PRIORITY = -10  # behind receipts: a receiver may take its time, a mail server rarely does
_AWAY = frozenset({0, 429, 502, 503, 504})  # answers, or none, that concern the whole address
_OURS = frozenset({"not_sent", "secret_unreadable"})  # the office's own faults: nobody was asked


@task(priority=PRIORITY)
def deliver(delivery_pk: int, tries: int) -> bool:
    """Whether the message has arrived. Does nothing unless it still waits after so many tries: of
    equal tasks the first one acts.

    Raises what the database raises when it is away; the row is looked at again when it is due.
    """
    now = clock.now()
    waiting = _waiting().filter(pk=delivery_pk, tries=tries)
    delivery = waiting.select_related("endpoint").first()
    if delivery is None or not delivery.endpoint.is_active or _is_paused(delivery, now):
        return False
    # Of this table alone: PostgreSQL does not look again at another one when it had to wait.
    if not waiting.update(tries=tries + 1, due_at=now + timedelta(seconds=LEASE_S)):
        return False
    delivery.tries = tries + 1
    try:
        status = _send(delivery)
    except NotDelivered as silence:
        return _put_off(delivery, silence)
    except (InterfaceError, OperationalError):
        raise
    except InvalidToken:
        return _put_off(delivery, NotDelivered("secret_unreadable"))
    except Exception as error:  # noqa: BLE001  its words and its trace may hold a secret
        log.warning("webhook %s could not be sent: %s", delivery.pk, type(error).__name__)
        return _put_off(delivery, NotDelivered("not_sent"))
    return _arrived(delivery, status)


def sweep() -> int:
    """Have those delivered that are due and that nobody works on: the next try, or one whose task
    was lost. Returns how many.
    """
    now = clock.now()
    due = _waiting().filter(due_at__lte=now, endpoint__is_active=True).order_by("due_at", "id")
    due = due.exclude(endpoint__paused_until__gt=now)
    if not due.exists():
        return 0  # without a transaction, which would lock the whole of an SQLite file
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:BATCH])
        for row in rows:
            send_soon(row)
    return len(rows)


def line_up(delivery: WebhookDelivery) -> None:
    """Have a waiting message delivered once it is its turn. Part of the transaction that makes the
    row, or has it wait again; under its order's lock.
    """
    if free(WebhookDelivery.objects.filter(pk=delivery.pk)).exists():
        send_soon(delivery)


def send_soon(delivery: WebhookDelivery) -> None:
    """Have a waiting message delivered whose turn it is. Part of a transaction."""
    due_at = clock.now() + timedelta(seconds=QUEUED_S)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=due_at)
    enqueue(deliver, delivery.pk, delivery.tries)


def waiting() -> tuple[int, float]:
    """How many messages wait to leave, and the seconds since the first of them could leave."""
    rows = WebhookDelivery.objects.filter(state=WebhookState.WAITING, endpoint__is_active=True)
    oldest = rows.aggregate(at=Min("since"))["at"]
    return rows.count(), (clock.now() - oldest).total_seconds() if oldest else 0.0


def policy() -> Policy:
    """Which addresses the settings let be reached."""
    networks = tuple(ip_network(one) for one in settings.WEBHOOK_PRIVATE_TARGETS)
    return Policy(networks, may_be_plain=settings.DEBUG or settings.DEMO)


def _send(delivery: WebhookDelivery) -> int:
    """The status of the answer. No transaction is open meanwhile."""
    body = delivery.body.encode()
    signed = headers(
        webhook_secrets.held(delivery.endpoint),
        message_id=delivery.message_id,
        timestamp=int(clock.now().timestamp()),
        body=body,
    )
    return post(
        delivery.endpoint.url,
        body,
        signed,
        policy=policy(),
        connect_timeout_s=settings.CONNECT_TIMEOUT_S,
        deadline_s=settings.WEBHOOK_DEADLINE_S,
    )


def _arrived(delivery: WebhookDelivery, status: int) -> bool:
    now = clock.now()
    with transaction.atomic(durable=True):
        _lock(delivery)
        changes = {"delivered_at": delivery.delivered_at or now, "failures": 0}
        _end(delivery, WebhookState.DELIVERED, now, status, "", **changes)
        _tried(delivery.endpoint).update(
            last_success_at=now, last_problem="", failures=0, paused_until=None
        )
    return True


def _put_off(delivery: WebhookDelivery, silence: NotDelivered) -> bool:
    """It did not arrive, as far as is known: try again later, or never once time is over."""
    now = clock.now()
    _note_failure(delivery, silence, now)
    if _is_late(delivery, now) or delivery.kind == PING:
        return _give_up(delivery, silence, now)
    wait_s = min(LONGEST_RETRY_S, FIRST_RETRY_S * 2 ** min(delivery.failures, 20))
    wait_s *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret
    due_at = now + timedelta(seconds=wait_s)
    _mine(delivery).update(
        due_at=Case(When(due_at__isnull=False, then=Value(due_at))),  # else it waits in line again
        failures=delivery.failures + 1,
        **_told(delivery, now, silence.status, silence.reason),
    )
    return False


def _give_up(delivery: WebhookDelivery, silence: NotDelivered, now: datetime) -> bool:
    """It failed for good: a person is told, and what waited for it goes."""
    with transaction.atomic(durable=True):
        order = _lock(delivery)
        moved = _end(delivery, WebhookState.FAILED, now, silence.status, silence.reason)
        if moved and order:
            name, message = delivery.endpoint.name, delivery.message_id
            told: dict[str, Any] = {"webhook": name, "message": message, "problem": silence.reason}
            audit.record(order, "webhook_failed", **told)
    return False


def _end(
    delivery: WebhookDelivery,
    state: WebhookState,
    now: datetime,
    status: int,
    problem: str,
    **changes: Any,
) -> int:
    """The row waits for nothing more, and what waited for it goes. Under the order's lock."""
    told = _told(delivery, now, status, problem)
    moved = _mine(delivery).update(state=state, due_at=None, since=now, **told, **changes)
    freed = next_in_line(delivery)
    WebhookDelivery.objects.filter(pk__in=[row.pk for row in freed]).update(since=now)
    for row in freed:
        send_soon(row)
    return moved


def _note_failure(delivery: WebhookDelivery, silence: NotDelivered, now: datetime) -> None:
    """What is away is left alone for a while, so that it does not hold up the other addresses."""
    row = delivery.endpoint
    changes: dict[str, Any] = {"last_failure_at": now, "last_problem": silence.reason}
    if silence.status in _AWAY and silence.reason not in _OURS:
        pause = timedelta(seconds=min(LONGEST_PAUSE_S, 5.0 * 2 ** min(row.failures, 20)))
        changes |= {"failures": F("failures") + 1, "paused_until": now + pause}
    _tried(row).update(**changes)


def _tried(endpoint: WebhookEndpoint) -> QuerySet[WebhookEndpoint]:
    """The address, unless it was changed while the message was on its way to the former one."""
    return WebhookEndpoint.objects.filter(pk=endpoint.pk, url=endpoint.url)


def _is_paused(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whether the address is left alone now: then the row is due again afterwards, unless it was
    tried and its time is over by now.
    """
    until = delivery.endpoint.paused_until
    if until is None or until <= now or delivery.kind == PING:
        return False
    if delivery.failures and _is_late(delivery, now):
        _give_up(delivery, NotDelivered("address_away"), now)
        return True
    _waiting().filter(pk=delivery.pk, tries=delivery.tries).update(due_at=until)
    return True


def _is_late(delivery: WebhookDelivery, now: datetime) -> bool:
    return now - delivery.since >= GIVEN_UP_AFTER


def _lock(delivery: WebhookDelivery) -> Order | None:
    return Order.objects.locked(delivery.order_id) if delivery.order_id else None


def _told(delivery: WebhookDelivery, now: datetime, status: int, problem: str) -> dict[str, Any]:
    tried = {"at": now.isoformat(timespec="seconds"), "status": status, "problem": problem}
    log_kept = [*delivery.log, tried][-LOGGED:]
    return {"last_status": status, "problem": problem, "log": log_kept}


def _waiting() -> QuerySet[WebhookDelivery]:
    """Those whose turn it is, or was: the others are not due."""
    return WebhookDelivery.objects.filter(state=WebhookState.WAITING, due_at__isnull=False)


def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    """The row, as long as it waits and nobody began another try."""
    waiting = WebhookDelivery.objects.filter(state=WebhookState.WAITING)
    return waiting.filter(pk=delivery.pk, tries=delivery.tries)
