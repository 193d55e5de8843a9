"""Uncertain operations (15777): held, and settled later with a notification."""

from collections.abc import Mapping
from functools import partial

from orders.sandbox.answers import compose
from orders.sandbox.books import Operation, Order, Pending
from orders.sandbox.codes import FAILURE, SUCCESS
from orders.sandbox.ledger import move, result_fields
from orders.sandbox.standin import Result, StandIn


def hold(
    standin: StandIn, order: Order, message: Mapping[str, str], amount: int, resolves_to: str
) -> None:
    """Leave an operation undecided; it ends by itself unless `resolves_to` is empty."""
    wait_s = standin.scaled(standin.switches.resolve_after_s)
    echo = {name: value for name, value in message.items() if name != "signature"}
    due = standin.now().timestamp() + wait_s
    order.pending = Pending(message["command"], amount, resolves_to, due, echo)
    if resolves_to:
        standin.later.after(wait_s, partial(settle, standin, order))


def wake(standin: StandIn) -> None:
    """Take up what was undecided when the books were last closed."""
    for order in standin.books.orders.values():
        if order.pending and order.pending.resolves_to:
            wait_s = max(0.0, order.pending.due - standin.now().timestamp())
            standin.later.after(wait_s, partial(settle, standin, order))


def settle(standin: StandIn, order: Order) -> None:
    """Decide an undecided operation and tell the merchant."""
    with standin.books.lock:
        held = order.pending
        if held is None or standin.stopping.is_set():
            return
        order.pending = None
        approved = held.resolves_to == "000"
        code = (SUCCESS if approved else FAILURE)[held.command] + held.resolves_to
        if approved:
            move(order, held.command, held.amount, standin.new_authorization_code())
        reference = held.echo.get("maintenance_reference", "")
        order.operations.append(
            Operation(held.command, held.amount, code, standin.today_iso(), reference)
        )
        standin.books.keep(order)
        result = Result(code, result_fields(order, held.command))
        notification = compose(standin, held.echo, result)
    if standin.switches.feedback != "off":
        standin.feedback.send(notification, standin.switches.feedback_format)
