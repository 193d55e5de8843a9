"""CAPTURE, VOID_AUTHORIZATION, REFUND and CHECK_STATUS: what may follow a payment."""

from collections.abc import Mapping

from orders.sandbox.amounts import Unusual
from orders.sandbox.answers import message_text
from orders.sandbox.books import Operation, Order, Shown
from orders.sandbox.codes import FAILURE, SUCCESS, UNCERTAIN_STATUS
from orders.sandbox.ledger import move, result_fields
from orders.sandbox.standin import Result, StandIn
from orders.sandbox.uncertain import hold

Message = Mapping[str, str]


def maintain(standin: StandIn, message: Message) -> Result:
    """Capture, void or refund. The caller holds the books' lock."""
    order = _find(standin, message)
    if order is None:
        return Result("00036")
    if order.pending:
        return Result("00784")
    command = message["command"]
    amount = order.amount if command == "VOID_AUTHORIZATION" else int(message["amount"])
    refused = refusal_of(order, message, amount)
    if refused == "773" or (refused and standin.switches.plain_refusals):
        return Result(f"00{refused}", {"fort_id": order.fort_id})
    if refused:
        return _recorded(standin, order, message, amount, FAILURE[command] + refused)
    planned = standin.next_of(order.merchant_reference)
    case = planned or standin.unusual_for({} if command == "VOID_AUTHORIZATION" else message)
    if planned and planned.first_time_only:
        return Result("", unusual=planned)
    if case and case.first_time_only:
        maintenance = message.get("maintenance_reference", "")
        if standin.is_first(command, order.fort_id, maintenance, str(amount)):
            return Result("", unusual=case)
        case = None
    return _done(standin, order, message, amount, case)


def check_status(standin: StandIn, message: Message) -> Result:
    """What is known of an order. The caller holds the books' lock."""
    order = _find(standin, message)
    if order is None or standin.now().timestamp() < order.unseen_until:
        return Result(standin.switches.not_found_code)
    shown = _shown(standin, order)
    fields = {
        **result_fields(order, "CHECK_STATUS"),
        "transaction_status": shown.response_code[:2],
        "transaction_code": shown.response_code,
        "transaction_message": message_text(standin, message, shown.response_code),
    }
    if standin.switches.totals:
        fields["authorized_amount"] = str(shown.authorized)
        fields["captured_amount"] = str(shown.captured)
        fields["refunded_amount"] = str(shown.refunded)
    if order.authorization_code:
        fields["authorization_code"] = order.authorization_code
        if message.get("return_third_party_response_codes") == "YES":
            fields |= {"processor_response_code": "00", "acquirer_response_code": "00"}
    return Result("12000", fields)


def _shown(standin: StandIn, order: Order) -> Order | Shown:
    """What CHECK_STATUS tells of the order: all of it, or what it was before."""
    if order.shown and standin.now().timestamp() < order.shown.until:
        return order.shown
    return order


def _keep_back(standin: StandIn, order: Order, unseen_s: float) -> None:
    """Let CHECK_STATUS tell for a while what it tells now."""
    before = _shown(standin, order)
    order.shown = Shown(
        standin.now().timestamp() + standin.scaled(unseen_s),
        before.response_code,
        before.authorized,
        before.captured,
        before.refunded,
    )


def _find(standin: StandIn, message: Message) -> Order | None:
    return standin.books.find(message.get("merchant_reference", ""), message.get("fort_id", ""))


def refusal_of(order: Order, message: Message, amount: int) -> str:
    """The three digits that forbid the ``command`` of the message, or empty."""
    if message.get("currency", order.currency) != order.currency:
        return "013"
    match message["command"]:
        case "CAPTURE":
            return _capture_refusal(order, amount)
        case "REFUND":
            return _refund_refusal(order, amount)
    return _void_refusal(order)


def _capture_refusal(order: Order, amount: int) -> str:
    if order.command != "AUTHORIZATION" or order.voided or not order.authorized:
        return "034"
    return "042" if order.captured + amount > order.authorized else ""


def _void_refusal(order: Order) -> str:
    if order.voided:
        return "047"
    if order.command != "AUTHORIZATION" or order.captured or not order.authorized:
        return "034"
    return ""


def _refund_refusal(order: Order, amount: int) -> str:
    if not order.captured:
        return "034"
    if order.refunded == order.captured:
        return "773"
    return "048" if order.refunded + amount > order.captured else ""


def _done(
    standin: StandIn, order: Order, message: Message, amount: int, case: Unusual | None
) -> Result:
    command = message["command"]
    said = case.message if case else "000"
    status = (case.status if case else "") or (SUCCESS if said == "000" else FAILURE)[command]
    if case and case.unseen_s:
        _keep_back(standin, order, case.unseen_s)
    if said == "000":
        move(order, command, amount, order.authorization_code)
    if case and status == UNCERTAIN_STATUS:
        hold(standin, order, message, amount, case.resolves_to)
    return _recorded(standin, order, message, amount, f"{status}{said}", case)


def _recorded(
    standin: StandIn,
    order: Order,
    message: Message,
    amount: int,
    code: str,
    case: Unusual | None = None,
) -> Result:
    maintenance = message.get("maintenance_reference", "")
    order.operations.append(
        Operation(message["command"], amount, code, standin.today_iso(), maintenance)
    )
    standin.books.keep(order)
    return Result(code, result_fields(order, message["command"]), case, notify=True)
