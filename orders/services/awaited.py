"""What became of charges whose outcome was open when the person who sent them left their page, and
of what they asked to have approved.

Reads only. The session remembers which orders these are (``orders.awaited``).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from orders.models import ApprovalRequest, Operation, Order, OutsidePayment, Staff
from orders.services.paid_outside import standing
from orders.services.result import Result
from orders.services.result_of_order import result_of
from orders.states import CHARGES, UNSETTLED, ApprovalStatus, Source

MOST = 20


@dataclass(frozen=True)
class News:
    """An order whose outcome has come, and what its page says of it now."""

    order: Order
    result: Result


def open_orders(sender: Staff) -> set[int]:
    """The keys of orders with a charge that ``sender`` sent and whose outcome is open, or with a
    request of theirs that nobody has decided.
    """
    charges = Operation.objects.filter(actor=sender, kind__in=CHARGES, status__in=UNSETTLED)
    charges = charges.exclude(order__source=Source.REPEAT)  # their run has a page of its own
    asked = ApprovalRequest.objects.filter(requested_by=sender, status=ApprovalStatus.PENDING)
    keys = charges.order_by().values_list("order_id")
    both = keys.union(asked.order_by().values_list("order_id"))
    return {key for (key,) in both.order_by("-order_id")[:MOST]}


def settled(viewer: Staff, keys: Iterable[int]) -> list[News]:
    """Those of the orders that ``viewer`` may see and whose outcome has come, oldest first."""
    operations = Prefetch("operations", Operation.objects.order_by("id"))
    outside = Prefetch(
        "outside_payments", OutsidePayment.objects.select_related("recorded_by").order_by("id")
    )
    orders = Order.objects.visible_to(viewer).filter(pk__in=keys).order_by("pk")
    found = [
        News(order, _result_of(order))
        for order in orders.select_related("customer").prefetch_related(operations, outside)
    ]
    return [news for news in found if not news.result.is_open]


def _result_of(order: Order) -> Result:
    return result_of(order, list(order.operations.all()), standing(order.outside_payments.all()))
