"""Messages wait in a line for each order and address: the next one may go once the one before it
arrived, or failed for good. A line is changed under its order's lock only.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from orders.models import WebhookDelivery
from orders.states import WebhookState


def free(rows: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
    """Those of ``rows`` that need not wait for one before them. What arrived before and is sent
    once more holds up nothing new, but is itself sent in order.
    """
    before = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        order=OuterRef("order"),
        sequence__lt=OuterRef("sequence"),
        state=WebhookState.WAITING,
    )
    is_new = Q(delivered_at__isnull=True)
    return rows.filter((is_new & ~Exists(before.filter(is_new))) | (~is_new & ~Exists(before)))


def next_in_line(done: WebhookDelivery) -> list[WebhookDelivery]:
    """What waits for nobody any more now that ``done`` is, the earliest first."""
    if done.order_id is None:
        return []
    line = WebhookDelivery.objects.filter(endpoint=done.endpoint_id, order=done.order_id)
    waiting = line.filter(state=WebhookState.WAITING, due_at=None)
    return list(free(waiting).order_by("sequence"))


def hold_back(again: WebhookDelivery) -> None:
    """Have those wait for ``again``, which waits once more, that must not go before it. A try of
    one that is on its way is noted all the same.
    """
    line = WebhookDelivery.objects.filter(endpoint=again.endpoint_id, order=again.order_id)
    waiting = line.filter(state=WebhookState.WAITING, sequence__gt=again.sequence)
    waiting.exclude(pk__in=free(waiting).values("pk")).update(due_at=None)
