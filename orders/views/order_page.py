"""What the page of an order shows, for the page itself and for the piece of it that renews itself.

Reads only; who may press what is asked here once and again by the views that act.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise

from orders import awaited, clock
from orders.models import Evidence, Operation, Order, Staff
from orders.services.explain import explain
from orders.services.near_duplicates import NearDuplicate, unconfirmed
from orders.services.result import Result
from orders.services.result_of_order import result_of, warnings_of
from orders.services.timeline import timeline
from orders.views.near_zone import near_zone

MOST_EVENTS = 200
CAME_BACK_S = 120


@dataclass(frozen=True)
class Row:
    """An operation with the plain meaning of its code and the seconds the gateway took."""

    operation: Operation
    meaning: str | Promise
    seconds: float | None


def order_for(request: HttpRequest, number: str) -> Order:
    """The order called ``number``, or 404 unless this person may see it."""
    orders = Order.objects.visible_to(request.user).by_number(number)
    return get_object_or_404(orders.select_related("customer", "taken_by", "paid_by"))


def operations_of(order: Order) -> QuerySet[Operation]:
    """The operations of ``order`` with their people, oldest first."""
    return order.operations.select_related("actor", "approver").order_by("id")


def order_page(request: HttpRequest, order: Order) -> dict[str, Any]:
    """The context of ``orders/_order.html``: order, result, warnings, rows, entries, money."""
    operations = list(operations_of(order))
    result = result_of(order, operations)
    if not result.is_open:
        awaited.forget(request, order.pk)
    near = _near(result)
    events = order.events.select_related("actor").order_by("-position")[:MOST_EVENTS]
    return {
        "order": order,
        "result": result,
        "warnings": warnings_of(operations),
        "rows": [_row(one) for one in reversed(operations)],
        "entries": timeline(events),
        "held_minor": order.authorized_minor - order.captured_minor,
        "goes_on": not near and _goes_on(request, result),
        "is_quiet": not result.is_fresh,
        **near_zone(cast("Staff", request.user), near),
    }


def _near(result: Result) -> list[NearDuplicate]:
    """What has to be confirmed before the charge is sent, where it can be sent at all."""
    if result.operation and (result.may_charge or result.may_send_again):
        return unconfirmed(result.operation.order, result.operation.token_name)
    return []


def _row(operation: Operation) -> Row:
    code = operation.response_code
    sent, settled = operation.submitted_at, operation.settled_at
    return Row(
        operation=operation,
        meaning=explain(code).title if code else "",
        seconds=(settled - sent).total_seconds() if sent and settled else None,
    )


def _goes_on(request: HttpRequest, result: Result) -> bool:
    """Whether the charge goes on by itself: its own agent is just back from the card's form."""
    operation = result.operation
    if operation is None or not result.may_charge or operation.actor_id != request.user.pk:
        return False
    since = clock.now() - timedelta(seconds=CAME_BACK_S)
    return operation.evidence.filter(
        source=Evidence.Source.CARD_RETURN, received_at__gte=since
    ).exists()
