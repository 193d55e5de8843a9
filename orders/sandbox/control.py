"""Acts on the control port: what happens at the gateway without a request of the merchant's, and
what the next request about a charge is to meet.

Each takes a JSON object of exactly the names it wants. It returns the notification that tells of
it, or None where nobody is told, and raises ValueError where it cannot be done.
"""

from collections.abc import Callable, Mapping
from typing import Any

from orders.sandbox.books import Order
from orders.sandbox.dashboard import act, lapse, reverse
from orders.sandbox.maintenance import refusal_of
from orders.sandbox.standin import StandIn
from orders.sandbox.uncertain import succeed

Values = Mapping[str, Any]
Told = dict[str, str] | None
_COMMANDS = ("CAPTURE", "VOID_AUTHORIZATION", "REFUND")


def _succeed(standin: StandIn, values: Values) -> Told:
    """A declined or undecided charge turns out to have succeeded."""
    (reference,) = _texts(values, "merchant_reference")
    succeed(standin, reference)
    return None


def _next(standin: StandIn, values: Values) -> Told:
    """The next capture, void or refund of a charge meets what these digits ask for."""
    standin.plan_next(*_texts(values, "merchant_reference", "digits"))
    return None


def _act(standin: StandIn, values: Values) -> Told:
    """A person in the back office captures, voids or refunds, within what is left."""
    amount = values.get("amount")
    names = {name: value for name, value in values.items() if name != "amount"}
    reference, command = _texts(names, "merchant_reference", "command")
    if command not in _COMMANDS or type(amount) is not int or amount <= 0:
        raise ValueError(f"a command of {', '.join(_COMMANDS)} is wanted, and an amount above 0")
    with standin.books.lock:
        order = _order(standin, reference)
        if refused := refusal_of(order, {"command": command}, amount):
            raise ValueError(f"the back office refuses it ({refused})")
        return act(standin, command, order, amount)


def _reverse(standin: StandIn, values: Values) -> Told:
    """The bank takes a refund back."""
    reference, maintenance = _texts(values, "merchant_reference", "maintenance_reference")
    with standin.books.lock:
        try:
            return reverse(standin, _order(standin, reference), maintenance)
        except LookupError as error:
            raise ValueError(f"there is no refund {maintenance} to take back") from error


def _lapse(standin: StandIn, values: Values) -> Told:
    """A reservation ends by itself, and nobody is told."""
    (reference,) = _texts(values, "merchant_reference")
    with standin.books.lock:
        order = _order(standin, reference)
        if refused := refusal_of(order, {"command": "VOID_AUTHORIZATION"}, order.amount):
            raise ValueError(f"{reference} is no reservation that could lapse ({refused})")
        lapse(standin, order)
    return None


ACTS: dict[str, Callable[[StandIn, Values], Told]] = {
    "succeed": _succeed,
    "next": _next,
    "act": _act,
    "reverse": _reverse,
    "lapse": _lapse,
}


def _order(standin: StandIn, reference: str) -> Order:
    """An order of the books with nothing undecided."""
    order = standin.books.orders.get(reference)
    if order is None:
        raise ValueError(f"there is no order {reference}")
    if order.pending:
        raise ValueError(f"something about {reference} is undecided")
    return order


def _texts(values: Values, *names: str) -> list[str]:
    """The texts of exactly these names."""
    if set(values) != set(names) or not all(isinstance(values[name], str) for name in names):
        raise ValueError(f"{' and '.join(names)} as texts are wanted, and nothing else")
    return [values[name] for name in names]
