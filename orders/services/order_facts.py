"""What machines are told of an order and its operations, as plain values: by the API when they ask,
by webhooks when something changed. Never a token, never more than the last four digits.
"""

from collections.abc import Iterable
from typing import Any

from orders.models import Operation, Order
from orders.services.explain import explain
from orders.services.final import is_final, is_looked_at_again

_OF_ORDER = (
    "status amount_minor currency authorized_minor captured_minor refunded_minor wants source "
    "reference description taken_at paid_at version"
).split()
_OF_OPERATION = (
    "kind status amount_minor currency response_code authorization_code fort_id reason_code reason "
    "created_at submitted_at settled_at"
).split()


def order_facts(order: Order) -> dict[str, Any]:
    """``order`` as it stands, amounts in minor units."""
    facts = {name: getattr(order, name) for name in _OF_ORDER}
    return {"number": order.number, **facts, "customer": order.customer.number}


def operation_facts(operation: Operation) -> dict[str, Any]:
    """``operation`` as it stands, ``meaning`` in the reader's language."""
    code = operation.response_code
    card = {"brand": operation.payment_option, "last_four": operation.last_four}
    return {
        "reference": str(operation),
        **{name: getattr(operation, name) for name in _OF_OPERATION},
        "is_final": is_final(operation),
        "is_looked_at_again": is_looked_at_again(operation),
        "card": card if operation.last_four else None,
        "meaning": str(explain(code).title) if code else "",
        "of": operation.parent.merchant_reference if operation.parent else "",
        "is_reversed": operation.reversed_at is not None,
    }


def whole_facts(order: Order, operations: Iterable[Operation]) -> dict[str, Any]:
    """``order`` with its ``operations``, given oldest first and with their parents."""
    return order_facts(order) | {"operations": [operation_facts(one) for one in operations]}
