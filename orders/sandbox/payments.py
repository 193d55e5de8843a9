"""PURCHASE and AUTHORIZATION with eci=MOTO, and PURCHASE with eci=RECURRING: the checks that need
the books, then the outcome.
"""

from collections.abc import Mapping

from orders.sandbox.amounts import EXPONENTS, Unusual
from orders.sandbox.books import Operation, Order, Token
from orders.sandbox.cards import DECLINED, MOTO_BRANDS, UNCERTAIN
from orders.sandbox.codes import FAILURE, ON_HOLD_STATUS, SUCCESS, UNCERTAIN_STATUS
from orders.sandbox.ledger import move, result_fields
from orders.sandbox.standin import Result, StandIn
from orders.sandbox.tokens import has_ended
from orders.sandbox.uncertain import hold

Message = Mapping[str, str]
_UNCERTAIN_ENDS = {"success": "000", "decline": "666", "never": ""}


def pay(standin: StandIn, message: Message) -> Result:
    """Charge or reserve on a stored card. The caller holds the books' lock."""
    reference = message["merchant_reference"]
    if standin.books.knows(reference):
        return Result("00007")
    token = standin.books.tokens.get(message["token_name"])
    refused = _token_refusal(token, message)
    if token is None or refused:
        return Result(f"00{refused}")
    case = standin.unusual_for(message)
    if case and case.first_time_only:
        if standin.is_first(message["command"], reference):
            return Result("", unusual=case)
        case = None
    return _charged(standin, message, token, case)


def _token_refusal(token: Token | None, message: Message) -> str:
    if token is None or token.status != "ACTIVE":
        return "044"
    if token.bound_to not in ("", message["merchant_reference"]):
        return "088"
    if message.get("payment_option", token.brand) != token.brand:
        return "049"
    if message["eci"] != "MOTO" and not _is_recurring(message):
        return "046"
    if token.brand == "MEEZA":
        return "113"
    return "" if token.brand in MOTO_BRANDS else "049"


def _is_recurring(message: Message) -> bool:
    """Whether the merchant starts the payment under an agreement that the request names. Only
    PURCHASE may be RECURRING, and it tells nothing of the customer's machine.
    """
    return (
        message["eci"] == "RECURRING"
        and message["command"] == "PURCHASE"
        and "agreement_id" in message
        and not message.keys() & {"customer_ip", "return_url"}
    )


def _charged(standin: StandIn, message: Message, token: Token, case: Unusual | None) -> Result:
    """Decide, write the order down, and say so."""
    code, resolves_to = _verdict(standin, message, token, case)
    order = Order(
        merchant_reference=message["merchant_reference"],
        fort_id=standin.new_fort_id(),
        command=message["command"],
        amount=int(message["amount"]),
        currency=message["currency"],
        token_name=token.token_name,
        card_number=token.card_number,
        brand=token.brand,
        expiry_date=token.expiry_date,
        card_holder_name=token.card_holder_name,
    )
    if code == SUCCESS[order.command] + "000":
        move(order, order.command, order.amount, standin.new_authorization_code())
    if code[:2] == UNCERTAIN_STATUS:
        hold(standin, order, message, order.amount, resolves_to)
    if case and case.unseen_s:
        order.unseen_until = standin.now().timestamp() + standin.scaled(case.unseen_s)
    order.operations.append(Operation(order.command, order.amount, code, standin.today_iso()))
    standin.books.keep(order)
    fields = result_fields(order, order.command)
    if case and case.status == ON_HOLD_STATUS:
        fields["3ds_url"] = "https://stand-in.invalid/3-d-secure"
    return Result(code, fields, case, notify=True)


def _verdict(
    standin: StandIn, message: Message, token: Token, case: Unusual | None
) -> tuple[str, str]:
    """The response code, and the three digits with which an uncertain one will end."""
    success, failure = SUCCESS[message["command"]], FAILURE[message["command"]]
    if has_ended(token.expiry_date, standin.now()):
        return f"{failure}012", ""
    if token.outcome == DECLINED or _breaks_visa_rule(token, message):
        return f"{failure}666", ""
    if token.outcome == UNCERTAIN:
        return f"{UNCERTAIN_STATUS}777", _UNCERTAIN_ENDS[standin.switches.uncertain_cards]
    if case is None:
        return f"{success}000", ""
    status = case.status or (success if case.message == "000" else failure)
    return f"{status}{case.message}", case.resolves_to


def _breaks_visa_rule(token: Token, message: Message) -> bool:
    """Visa wants the last of three decimals to be 0 (APS guide, "Currencies")."""
    three_decimals = EXPONENTS[message["currency"]] == 3
    return token.brand == "VISA" and three_decimals and not message["amount"].endswith("0")
