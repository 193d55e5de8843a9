"""The numbers of orders to come, moved past those that a restored backup has forgotten."""

from django.db import connection, transaction

from orders.errors import Refused
from orders.models import Order
from orders.models.orders import FIRST_NUMBER
from orders.services import audit

_MOST = 10**12

# A sequence outlives a rollback on PostgreSQL; SQLite keeps the last id in a table of its own.
_MOVE = {
    "postgresql": "SELECT setval(pg_get_serial_sequence('orders_order', 'id'), %s)",
    "sqlite": "UPDATE sqlite_sequence SET seq = %s WHERE name = 'orders_order'",
}


def go_past(number: int) -> str:
    """Let the next order have the number after ``number``; returns the last one used up.

    For an office whose database was restored: a lost order's number must not be given to another
    customer, because the gateway knows charges by it. Raises ``Refused`` unless it goes forward.
    """
    last = Order.objects.order_by("-pk").first()
    if last is None:
        raise Refused("no_orders", "There are no orders yet: nothing was restored.")
    key = number - FIRST_NUMBER
    if not last.pk < key < _MOST:
        raise Refused("not_forward", f"It must be a number after {last.number}.")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_MOVE[connection.vendor], [key])
        audit.record_account("orders_skipped", after=last.number, past=Order(pk=key).number)
    return Order(pk=key).number
