"""Every change of an order's money becomes a message to each registered address.

Called where totals and status are computed, in that transaction and under the order's lock: a
change and what is told of it are kept together, or neither is.
"""

import json
import logging
import secrets
import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation

from orders import clock
from orders.models import Operation, Order, WebhookDelivery, WebhookEndpoint
from orders.models.webhooks import PING
from orders.services import audit
from orders.services.order_facts import whole_facts
from orders.services.webhook_delivery import line_up
from orders.states import Kind, OrderStatus, Status

log = logging.getLogger(__name__)

_BESIDE: dict[str, str] = {
    Kind.REFUND: "order.duplicate_refunded",
    Kind.VOID: "order.duplicate_voided",
}
_PROVEN = frozenset({Status.APPROVED, Status.DUPLICATE, Status.VOIDED, Status.LAPSED})


class Money(NamedTuple):
    """What an order's money stands at, in minor units. ``outside`` is the payment outside the
    gateway that stands, 0 for none; ``proven`` names each proven operation and its state.
    """

    status: str
    authorized: int
    captured: int
    refunded: int
    outside: int = 0
    proven: tuple[str, ...] = ()


def follow(order: Order, was: Money, *, outside: int, is_doubled: bool) -> None:
    """Write to every active address what changed since it was told last; ``was`` is what the order
    said before, and ``is_doubled`` whether a second charge still has its money, for addresses that
    were never told of it.

    Whatever is wrong with a message, the proof of the money is kept: an alarm tells which address
    was not told, and the order's next change makes up for it. Raises only what the database raises
    when it is away.
    """
    endpoints: list[WebhookEndpoint] = []
    with _costing_no_proof(order, ""):
        endpoints = list(WebhookEndpoint.objects.filter(is_active=True).order_by("id"))
    facts = cache(lambda: _facts(order, outside))
    for endpoint in endpoints:
        with _costing_no_proof(order, endpoint.name):
            _write(order, was, endpoint, *facts(), is_doubled=is_doubled)


@contextmanager
def _costing_no_proof(order: Order, webhook: str) -> Iterator[None]:
    """What fails within is undone alone, and told in the order's trail."""
    try:
        with transaction.atomic():
            yield
    except Exception as error:
        if isinstance(error, InterfaceError | OperationalError) and not connection.is_usable():
            raise
        log.exception("order %s lacks a webhook", order.pk)
        audit.record(order, "webhook_failed", webhook=webhook, problem="not_written")


def write_ping(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A test message that tells of no order. Part of the caller's transaction."""
    message_id, now = _new_id(), clock.now()
    told = _body(message_id, PING, now, {})
    ping = WebhookDelivery.objects.create(
        endpoint=endpoint, sequence=0, message_id=message_id, kind=PING, body=told, made_at=now
    )
    line_up(ping)
    return ping


def _facts(order: Order, outside: int) -> tuple[Money, dict[str, Any]]:
    operations = list(order.operations.select_related("parent").order_by("id"))
    with translation.override("en"):
        return _money_of(order, outside, operations), {"order": whole_facts(order, operations)}


def _write(
    order: Order,
    was: Money,
    endpoint: WebhookEndpoint,
    now: Money,
    facts: dict[str, Any],
    *,
    is_doubled: bool,
) -> None:
    told = WebhookDelivery.objects.filter(endpoint=endpoint, order=order)
    last = told.order_by("-sequence").first()
    before = _read(last.money) if last else was
    if not _differs(before, now, is_first=last is None):
        return
    sequence = last.sequence + 1 if last else 1
    kind = kind_of(before, now) if last else _first_kind(was, now, is_doubled)
    message_id, at = _new_id(), clock.now()
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        order=order,
        sequence=sequence,
        message_id=message_id,
        kind=kind,
        body=_body(message_id, kind, at, {"sequence": sequence} | facts),
        money=now._asdict(),
        made_at=at,
        since=at,
    )
    line_up(delivery)


def kind_of(was: Money, now: Money) -> str:
    """What the change from ``was`` to ``now`` is called: the most telling part of it."""
    news = [one.split() for one in now.proven if one not in was.proven]
    if any(status == Status.DUPLICATE for _name, _kind, status in news):
        return "order.charged_twice"
    if now.captured > was.captured:
        return "order.captured" if was.authorized else "order.charged"
    if now.refunded != was.refunded:
        return "order.refunded" if now.refunded > was.refunded else "order.refund_reversed"
    if now.authorized > was.authorized:
        return "order.reserved"
    if now.authorized < was.authorized:
        is_lapsed = any(status == Status.LAPSED for _name, _kind, status in news)
        return "order.lapsed" if is_lapsed else "order.voided"
    had_outside = bool(was.outside) or was.status == OrderStatus.PAID_OUTSIDE
    if had_outside != bool(now.outside):
        return "order.paid_outside" if now.outside else "order.paid_outside_taken_back"
    if now.status != was.status:
        return f"order.{now.status}"
    return _BESIDE.get(news[0][1], "order.changed") if news else "order.changed"


def _first_kind(was: Money, now: Money, is_doubled: bool) -> str:
    """What an address is told first of an order. Which of its proofs are new nobody knows, so it is
    named by its money, unless a second charge has to be given back still.
    """
    if is_doubled:
        return "order.charged_twice"
    known = tuple(one for one in now.proven if not one.endswith(f" {Status.LAPSED}"))
    return kind_of(was._replace(proven=known), now)


def _money_of(order: Order, outside: int, operations: Sequence[Operation]) -> Money:
    proven = [
        f"{one} {one.kind} {'reversed' if one.reversed_at else one.status}"
        for one in operations
        if one.status in _PROVEN
    ]
    return Money(
        order.status,
        order.authorized_minor,
        order.captured_minor,
        order.refunded_minor,
        outside,
        tuple(proven),
    )


def _differs(was: Money, now: Money, *, is_first: bool) -> bool:
    """Whether there is something to tell. Nobody remembers which operations were proven of an order
    that was never told of; there a duplicate charge is told rather once too often.
    """
    if is_first:
        is_doubled = any(one.endswith(Status.DUPLICATE) for one in now.proven)
        return is_doubled or now[:4] != was[:4]
    return now != was


def _read(kept: dict[str, Any]) -> Money:
    return Money(**kept | {"proven": tuple(kept["proven"])})


def _body(message_id: str, kind: str, at: datetime, facts: dict[str, Any]) -> str:
    told = {"id": message_id, "type": kind, "created_at": at} | facts
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False)


def _new_id() -> str:
    """Letters alone, so that it never looks like a card number."""
    return "msg_" + "".join(secrets.choice(string.ascii_lowercase) for _each in range(28))
