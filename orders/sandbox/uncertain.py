"""Uncertain operations (15777): held, and settled later with a notification; and charges that turn
out to have succeeded after all.
"""

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


def succeed(standin: StandIn, merchant_reference: str) -> None:
    """Let a declined or undecided charge turn out to have succeeded, and tell the merchant.

    Raises ValueError when no such charge is in the books.
    """
    with standin.books.lock:
        order = standin.books.orders.get(merchant_reference)
        if order is None or order.authorized:
            raise ValueError(f"{merchant_reference} is no declined or undecided charge")
        echo = order.pending.echo if order.pending else _echo_of(standin, order)
        due = standin.now().timestamp()
        order.pending = Pending(order.command, order.amount, "000", due, echo)
        settle(standin, order)


def _echo_of(standin: StandIn, order: Order) -> dict[str, str]:
    """What a notification repeats of a charge whose own message is not kept."""
    return {
        "command": order.command,
        "access_code": standin.account.access_code,
        "merchant_identifier": standin.account.merchant_identifier,
        "merchant_reference": order.merchant_reference,
        "amount": str(order.amount),
        "currency": order.currency,
        "language": "en",
        "token_name": order.token_name,
        "eci": "MOTO",
    }
