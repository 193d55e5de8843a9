"""Reading the feedback that the gateway posts by itself: strictly, for anybody could post it."""

from dataclasses import dataclass

from orders.gateway.echo import explain
from orders.gateway.errors import NotTrusted
from orders.gateway.merchant import Merchant
from orders.gateway.outcome import Outcome, judge
from orders.gateway.reply import Reply, minor
from orders.gateway.signed import read_signed
from orders.gateway.strict import Pairs, digest_of, form_pairs, json_pairs, web_message_of

_COMMANDS = frozenset({"PURCHASE", "AUTHORIZATION", "CAPTURE", "VOID_AUTHORIZATION", "REFUND"})
_WITHOUT_AMOUNT = frozenset({"VOID_AUTHORIZATION"})
_NAMES = (
    "command access_code merchant_identifier merchant_reference amount currency language "
    "customer_email eci agreement_id token_name signature payment_option order_description "
    "customer_ip customer_name phone_number settlement_reference maintenance_reference fort_id "
    "authorization_code card_number card_bin card_brand expiry_date card_holder_name "
    "response_message response_code status acquirer_response_code acquirer_response_message "
    "processor_response_code reconciliation_reference fraud_comment remember_me "
    "merchant_extra merchant_extra1 merchant_extra2 merchant_extra3 merchant_extra4 "
    "merchant_extra5 authorized_amount captured_amount refunded_amount"
)


@dataclass(frozen=True, kw_only=True)
class Feedback(Reply):
    """One verified message of the gateway about a charge or a later act on it.

    ``merchant_reference`` is the charge's; ``maintenance_reference`` tells refunds apart.
    ``amount_minor`` is ``None`` and ``currency`` "" where the message had none. Whoever applies it
    compares reference, amount and currency with the operation it names.
    """

    merchant_reference: str
    amount_minor: int | None
    currency: str
    maintenance_reference: str = ""


def read_feedback(merchant: Merchant, body: bytes, content_type: str) -> Feedback:
    """The message in ``body``, form or JSON by ``content_type`` and, failing that, by its first
    sign. Raises ``NotTrusted``: then nothing may change.

    Source: APS guide, transaction feedback. Either body type may be set for an account.
    """

    def read(raw: bytes) -> dict[str, str]:
        return web_message_of(_pairs(raw, content_type), names=frozenset(_NAMES.split()))

    message = read_signed(merchant, body, read)
    command = message.get("command", "")
    complete = all(map(message.get, ("merchant_reference", "merchant_identifier", "access_code")))
    if command not in _COMMANDS or not complete:
        raise NotTrusted("not_feedback", digest=digest_of(body), size=len(body))
    outcome, problem = _verdict(command, message)
    return Feedback.of(
        message,
        command=command,
        outcome=outcome,
        problem=problem,
        digest=digest_of(body),
        merchant_reference=message["merchant_reference"],
        amount_minor=minor(message.get("amount", "")),
        currency=message.get("currency", ""),
        maintenance_reference=message.get("maintenance_reference", ""),
    )


def _pairs(raw: bytes, content_type: str) -> Pairs:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return json_pairs(raw)
    if kind == "application/x-www-form-urlencoded":
        return form_pairs(raw)
    return json_pairs(raw) if raw.lstrip().startswith(b"{") else form_pairs(raw)


def _verdict(command: str, message: dict[str, str]) -> tuple[Outcome, str]:
    """The outcome and, for ``UNKNOWN``, why: an approval must say of what."""
    status, code = message.get("status", ""), message.get("response_code", "")
    outcome = judge(command, status, code)
    if outcome is Outcome.UNKNOWN:
        return outcome, explain(status, code)
    needed = ["fort_id"] if command in _WITHOUT_AMOUNT else ["fort_id", "amount", "currency"]
    missing = [name for name in needed if not message.get(name)]
    if outcome is Outcome.APPROVED and missing:
        return Outcome.UNKNOWN, f"{missing[0]}_missing"
    return outcome, ""
