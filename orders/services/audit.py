"""The audit trail: append an event, and prove that none was changed or taken away.

An event of an order is written in the transaction of what it tells about, while the order is
locked, so positions are dense and the chain cannot fork.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat

from orders import clock, origin
from orders.models import Event, Operation, Order, OutsidePayment, Staff

ACCOUNTS = "accounts"
_OUTSIDE = ("outside_payment_recorded", "outside_payment_taken_back")
_LONGEST_NAME = 150


def record(
    order: Order,
    kind: str,
    *,
    actor: Staff | None = None,
    operation: Operation | None = None,
    reason: str = "",
    **data: object,
) -> Event:
    """The event, appended to the order's chain. The caller holds the order's lock.

    ``data`` must survive JSON; an ``operation`` is told about beside it.
    """
    told = _told(operation) if operation else {}
    return _append(order.number, kind, order=order, actor=actor, reason=reason, data=told | data)


def record_account(
    kind: str,
    *,
    actor: Staff | None = None,
    actor_name: str = "",
    reason: str = "",
    **data: object,
) -> Event:
    """The event, appended to the chain that accounts, customers and settings share.

    Its writers queue at the chain's first event. Where there is none yet two may begin at once:
    the slower one finds it taken and queues.
    """
    said = {"actor": actor, "actor_name": actor_name, "reason": reason, "data": data}
    try:
        return _append_account(kind, said)
    except IntegrityError:
        return _append_account(kind, said)


def verify(chain: str | None = None) -> Iterator[str]:
    """A sentence for every event that does not fit its chain; none when the trail is whole.

    The end of a chain has nothing after it to miss it. So the whole trail, without ``chain``, is
    also held against the orders: each status, each mark as paid and each payment outside the
    gateway must have been told.
    """
    events = Event.objects.order_by("chain", "position")
    if chain is not None:
        events = events.filter(chain=chain)
    previous: Event | None = None
    for event in events.iterator(chunk_size=500):
        if previous is None or previous.chain != event.chain:
            previous = None
        expected = previous.position + 1 if previous else 1
        if event.position != expected:
            yield f"{event.chain}: event {expected} is missing"
        elif event.previous_hash != (previous.hash if previous else ""):
            yield f"{event.chain}: event {event.position} does not follow the one before it"
        if event.hash != _digest(event):
            yield f"{event.chain}: event {event.position} was changed"
        previous = event
    if chain is None:
        yield from _untold()


def _untold() -> Iterator[str]:
    """A sentence for every status of an operation, and every paid order, that no event tells."""
    told = Event.objects.annotate(
        charge=KT("data__merchant_reference"), follow_up=KT("data__maintenance_reference")
    ).filter(
        order=OuterRef("order"),
        kind=Concat(OuterRef("kind"), Value("_"), OuterRef("status")),
        charge=OuterRef("merchant_reference"),
        follow_up=OuterRef("maintenance_reference"),
    )
    for operation in Operation.objects.filter(~Exists(told)).order_by("id").iterator():
        yield f"{operation}: no event tells that it is {operation.status}"
    marked = Event.objects.filter(order=OuterRef("pk"), kind="marked_paid")
    for order in Order.objects.exclude(paid_at=None).filter(~Exists(marked)).order_by("id"):
        yield f"{order.number}: no event tells that it is paid"
    yield from _untold_outside()


def _untold_outside() -> Iterator[str]:
    """A sentence for every payment outside the gateway, or its taking back, that no event tells."""
    told = {
        (kind, data.get("outside_payment"), data.get("amount_minor"), data.get("method"))
        for kind, data in Event.objects.filter(kind__in=_OUTSIDE).values_list("kind", "data")
    }
    for payment in OutsidePayment.objects.select_related("order").order_by("id").iterator():
        kinds = _OUTSIDE if payment.taken_back_at else _OUTSIDE[:1]
        for kind in kinds:
            if (kind, payment.pk, payment.amount_minor, payment.method) not in told:
                yield f"{payment.order.number}: no event {kind} tells of {payment}"


def _told(operation: Operation) -> dict[str, object]:
    """What an event says about ``operation``: never a token, never more than the last four."""
    started = {"initiated_by": operation.initiated_by} if operation.initiated_by else {}
    return started | {
        "merchant_reference": operation.merchant_reference,
        "maintenance_reference": operation.maintenance_reference,
        "amount_minor": operation.amount_minor,
        "currency": operation.currency,
        "card": operation.card_label,
        "response_code": operation.response_code,
    }


def _append_account(kind: str, said: dict[str, Any]) -> Event:
    with transaction.atomic():
        Event.objects.select_for_update().filter(chain=ACCOUNTS, position=1).first()
        return _append(ACCOUNTS, kind, **said)


def _append(
    chain: str,
    kind: str,
    *,
    data: dict[str, object],
    order: Order | None = None,
    actor: Staff | None = None,
    actor_name: str = "",
    reason: str = "",
) -> Event:
    links = Event.objects.filter(chain=chain).order_by("-position")
    position, previous_hash = links.values_list("position", "hash").first() or (0, "")
    event = Event(
        chain=chain,
        position=position + 1,
        order=order,
        kind=kind,
        data=data,
        reason=reason,
        actor=actor,
        actor_name=(actor_name or str(actor or "system"))[:_LONGEST_NAME],
        origin=origin.current().ip,
        request_id=origin.current().request_id,
        at=clock.now(),
        previous_hash=previous_hash,
    )
    event.hash = _digest(event)
    event.save(force_insert=True)
    return event


def _digest(event: Event) -> str:
    """The keyed hash over everything the row says, in one canonical text."""
    said = [
        event.chain,
        event.position,
        event.order_id,
        event.kind,
        event.data,
        event.reason,
        event.actor_id,
        event.actor_name,
        event.origin,
        event.request_id,
        event.at.isoformat(timespec="microseconds"),
        event.previous_hash,
    ]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
