"""What happens at the gateway without a request: acts in its own back office, lapses, reversals.

Each returns the notification that the merchant is sent, or nothing where none is.
"""

from orders.sandbox.answers import compose
from orders.sandbox.books import Operation, Order
from orders.sandbox.codes import FAILURE, SUCCESS
from orders.sandbox.ledger import move, result_fields
from orders.sandbox.standin import Result, StandIn

_TAKEN_BACK = f"{FAILURE['REFUND']}666"


def act(standin: StandIn, command: str, order: Order, amount: int) -> dict[str, str]:
    """CAPTURE, VOID_AUTHORIZATION or REFUND by a person in the back office; the amount in minor
    units. Nothing is checked: the back office may do what the merchant's software would not.
    """
    code = f"{SUCCESS[command]}000"
    with standin.books.lock:
        move(order, command, amount, order.authorization_code)
        order.operations.append(Operation(command, amount, code, standin.today_iso()))
        standin.books.keep(order)
        return _notify(standin, command, order, amount, code, "")


def lapse(standin: StandIn, order: Order) -> None:
    """The reservation ends by itself, and nobody is told."""
    with standin.books.lock:
        move(order, "VOID_AUTHORIZATION", order.amount, "")
        order.operations.append(
            Operation("VOID_AUTHORIZATION", order.amount, "08000", standin.today_iso())
        )
        standin.books.keep(order)


def reverse(standin: StandIn, order: Order, maintenance_reference: str) -> dict[str, str]:
    """The bank takes an approved refund back: the totals shrink, and the merchant is told 07666.

    Raises LookupError when there is no such refund, or it was taken back before.
    """
    with standin.books.lock:
        made = [one for one in order.operations if one.response_code == "06000"]
        named = [one for one in made if one.maintenance_reference == maintenance_reference]
        undone = [one for one in order.operations if one.response_code == _TAKEN_BACK]
        if not named or any(one.maintenance_reference == maintenance_reference for one in undone):
            raise LookupError(maintenance_reference)
        done = named[0]
        order.refunded -= done.amount
        code = _TAKEN_BACK
        order.operations.append(
            Operation("REFUND", done.amount, code, standin.today_iso(), maintenance_reference)
        )
        standin.books.keep(order)
        return _notify(standin, "REFUND", order, done.amount, code, maintenance_reference)


def _notify(
    standin: StandIn, command: str, order: Order, amount: int, code: str, reference: str
) -> dict[str, str]:
    said = {
        "command": command,
        "access_code": standin.account.access_code,
        "merchant_identifier": standin.account.merchant_identifier,
        "merchant_reference": order.merchant_reference,
        "language": "en",
    }
    if command != "VOID_AUTHORIZATION":
        said |= {"amount": str(amount), "currency": order.currency}
    if reference:
        said["maintenance_reference"] = reference
    notification = compose(standin, said, Result(code, result_fields(order, command)))
    if standin.switches.feedback != "off":
        standin.feedback.send(notification, standin.switches.feedback_format)
    return notification
