"""Orders and tokens from before this stand-in's time, taken into its books at the start.

The file is one JSON object. `tokens`: token_name, card_number (masked), brand, expiry_date, and
perhaps card_holder_name, status, outcome. `orders`: merchant_reference, fort_id, command, amount
(minor units), currency, token_name, card_number (masked), brand, expiry_date, and `operations`,
oldest first: command, amount, response_code, date (ISO 8601), perhaps maintenance_reference.
Totals are worked out from the operations. What the books know already is left as it is.
"""

import json
from pathlib import Path
from typing import Any

from orders.sandbox.books import Books, Operation, Order, Pending, Token
from orders.sandbox.cards import APPROVED
from orders.sandbox.codes import SUCCESS, UNCERTAIN_STATUS
from orders.sandbox.ledger import move


def take_in(books: Books, path: str | Path) -> None:
    """Remember what a seed file tells. Raises ValueError on a file that is not as described."""
    try:
        told = json.loads(Path(path).read_bytes())
        tokens = [Token(**({"outcome": APPROVED} | row)) for row in told.get("tokens", [])]
        orders = [_order(row) for row in told.get("orders", [])]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"the seed file {path} cannot be read: {error}") from error
    with books.lock:
        books.keep(
            *(token for token in tokens if token.token_name not in books.tokens),
            *(order for order in orders if order.merchant_reference not in books.orders),
        )


def _order(row: dict[str, Any]) -> Order:
    operations = [Operation(**one) for one in row["operations"]]
    order = Order(**(row | {"operations": operations}))
    for number, operation in enumerate(operations):
        if operation.response_code == SUCCESS[operation.command] + "000":
            move(order, operation.command, operation.amount, f"{number + 100_000}")
    if order.response_code[:2] == UNCERTAIN_STATUS:
        last = operations[-1]
        order.pending = Pending(last.command, last.amount, "", 0.0, {})
    return order
