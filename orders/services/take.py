"""Write down an order as somebody wants it, with its customer where that is somebody new."""

from dataclasses import asdict
from typing import Any

from orders import clock
from orders.models import Order, Staff
from orders.services import audit, customers, repeat_items
from orders.services.new_order import NewCustomer, NewOrder


def take(actor: Staff, new_order: NewOrder) -> Order:
    """The order, told in its trail. Runs in the transaction that stores the intent to charge it."""
    order = Order.objects.create(taken_by=actor, taken_at=clock.now(), **_columns(new_order, actor))
    if new_order.repeat_item:
        repeat_items.take(new_order.repeat_item, order)
    copied: dict[str, Any] = {"again_of": order.again_of.number} if order.again_of else {}
    audit.record(
        order,
        "order_taken",
        actor=actor,
        amount_minor=order.amount_minor,
        currency=order.currency,
        source=order.source,
        **copied,
    )
    return order


def _columns(new_order: NewOrder, actor: Staff) -> dict[str, object]:
    columns = {name: getattr(new_order, name) for name in NewOrder.__dataclass_fields__}
    customer = new_order.customer
    if isinstance(customer, NewCustomer):
        customer = customers.create(actor=actor, **asdict(customer))
    del columns["repeat_item"]
    receipt_address = customer.email if columns.pop("send_receipts") else ""
    return columns | {"customer": customer, "receipt_address": receipt_address}
