"""The MOTO commands of APS, one method each. The way from values to a judged answer is the same
for all: make the parameters fit, sign, send once, read strictly, verify, compare, judge.
"""

import html
import json
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, Unpack

import requests

from orders.gateway import wire
from orders.gateway.echo import verdict
from orders.gateway.fields import build
from orders.gateway.limits import would_refuse
from orders.gateway.merchant import Merchant
from orders.gateway.outcome import Outcome, judge_charge
from orders.gateway.reply import Reply, StatusReply, minor
from orders.gateway.signature import sign
from orders.gateway.signed import read_signed
from orders.gateway.strict import digest_of, json_pairs, message_of


class Charge(TypedDict):
    """What a charge needs. The reference is used once, for one charge and its whole life.

    ``amount_minor`` is in minor units of ``currency``. Free text is made to fit or left out;
    everything else that does not fit raises ``WouldBeRefused``.
    """

    merchant_reference: str
    amount_minor: int
    currency: str
    token_name: str
    customer_email: str
    payment_option: NotRequired[str | None]
    customer_name: NotRequired[str | None]
    phone_number: NotRequired[str | None]
    order_description: NotRequired[str | None]
    customer_ip: NotRequired[str | None]
    settlement_reference: NotRequired[str | None]
    language: NotRequired[str | None]


class Purchase(Charge):
    """A charge at once. One that the merchant starts under an agreement with the customer names it
    (``agreement_id``) and goes as RECURRING; every other one is MOTO.
    """

    agreement_id: NotRequired[str | None]


class Client:
    """Talks to APS for one merchant. Amounts are integers in minor units.

    Every method sends at most one request, once, and returns a ``Reply``: a decline is a value. It
    raises ``WouldBeRefused`` or ``NotSent`` when nothing left; ``NoAnswer`` or ``NotTrusted`` when
    the outcome is not known, and then ``check_status`` is the way on, never the same call again.
    May be shared by threads.
    """

    def __init__(
        self,
        merchant: Merchant,
        *,
        connect_timeout_s: float = 5.0,
        deadline_s: float = 40.0,
        session: requests.Session | None = None,
    ) -> None:
        self.merchant = merchant
        self._connect_timeout_s = connect_timeout_s
        self._deadline_s = deadline_s
        self._session = wire.wired(session or requests.Session())

    def purchase(self, **charge: Unpack[Purchase]) -> Reply:
        """Charge a token at once (PURCHASE, ``eci=MOTO``). APS guide, MOTO channel.

        With ``agreement_id`` the merchant starts it (``eci=RECURRING``, which takes no address of
        the customer's machine). APS guide, recurring payments.
        """
        if charge.get("agreement_id"):
            charge["customer_ip"] = None
            return self._charge("PURCHASE", charge, eci="RECURRING")
        return self._charge("PURCHASE", charge)

    def authorize(self, **charge: Unpack[Charge]) -> Reply:
        """Reserve an amount on a token (AUTHORIZATION, ``eci=MOTO``). APS guide, MOTO channel."""
        return self._charge("AUTHORIZATION", charge)

    def capture(
        self,
        *,
        merchant_reference: str,
        fort_id: str,
        amount_minor: int,
        currency: str,
        order_description: str | None = None,
    ) -> Reply:
        """Take a reserved amount or a part of it. The reference is the authorization's."""
        return self._ask(
            "CAPTURE",
            merchant_reference=merchant_reference,
            fort_id=fort_id,
            amount=amount_minor,
            currency=currency,
            order_description=order_description,
        )

    def void_authorization(
        self, *, merchant_reference: str, fort_id: str, order_description: str | None = None
    ) -> Reply:
        """Give back a whole reservation of which nothing was captured."""
        return self._ask(
            "VOID_AUTHORIZATION",
            merchant_reference=merchant_reference,
            fort_id=fort_id,
            order_description=order_description,
        )

    def refund(
        self,
        *,
        merchant_reference: str,
        fort_id: str,
        amount_minor: int,
        currency: str,
        maintenance_reference: str,
        order_description: str | None = None,
    ) -> Reply:
        """Give back captured money. ``maintenance_reference`` tells this refund from its siblings.

        APS does not promise to refuse a repeated ``maintenance_reference``.
        """
        return self._ask(
            "REFUND",
            merchant_reference=merchant_reference,
            fort_id=fort_id,
            amount=amount_minor,
            currency=currency,
            maintenance_reference=maintenance_reference,
            order_description=order_description,
        )

    def update_token(self, *, merchant_reference: str, token_name: str, token_status: str) -> Reply:
        """Make a token ``ACTIVE`` or ``INACTIVE``. The reference is a fresh one of its own."""
        return self._ask(
            "UPDATE_TOKEN",
            merchant_reference=merchant_reference,
            token_name=token_name,
            token_status=token_status,
        )

    def check_status(self, *, merchant_reference: str, fort_id: str | None = None) -> StatusReply:
        """What became of the charge with this reference. Moves nothing; may be repeated at will."""
        request = self._signed(
            "CHECK_STATUS",
            {
                "merchant_reference": merchant_reference,
                "fort_id": fort_id,
                "return_third_party_response_codes": "YES",
            },
        )
        answer, digest = self._exchange(request)
        return status_reply(request, answer, digest=digest)

    def _charge(self, command: str, charge: Charge | Purchase, *, eci: str = "MOTO") -> Reply:
        values: dict[str, Any] = dict(charge)
        amount_minor = values.pop("amount_minor")
        refusals = would_refuse(
            amount_minor=amount_minor,
            currency=charge["currency"],
            payment_option=charge.get("payment_option"),
        )
        if refusals:
            raise refusals[0]
        return self._ask(command, **values, amount=amount_minor, eci=eci)

    def _ask(self, command: str, **values: str | int | None) -> Reply:
        request = self._signed(command, values)
        answer, digest = self._exchange(request)
        outcome, problem = verdict(request, answer)
        return Reply.of(answer, command=command, outcome=outcome, problem=problem, digest=digest)

    def _signed(self, command: str, values: Mapping[str, str | int | None]) -> dict[str, str]:
        """The whole request, ready to send."""
        merchant = self.merchant
        request = build(
            command,
            {
                "access_code": merchant.access_code,
                "merchant_identifier": merchant.identifier,
                **values,
                "language": values.get("language") or merchant.language,
            },
        )
        request["signature"] = sign(
            request, phrase=merchant.request_phrase, sha_type=merchant.sha_type
        )
        return request

    def _exchange(self, request: Mapping[str, str]) -> tuple[dict[str, str], str]:
        """The verified answer to ``request`` and the digest of its bytes."""
        raw = wire.post(
            self._session,
            self.merchant.api_url,
            json.dumps(request).encode("ascii"),
            connect_timeout_s=self._connect_timeout_s,
            deadline_s=self._deadline_s,
        )
        answer = read_signed(
            self.merchant, raw, lambda body: message_of(json_pairs(body)), sent=True
        )
        return answer, digest_of(raw)


def status_reply(
    request: Mapping[str, str], answer: Mapping[str, str], *, digest: str
) -> StatusReply:
    """The reply that a verified answer to a CHECK_STATUS request makes."""
    query, problem = verdict(request, answer)
    authorized, captured, refunded = (
        minor(answer.get(f"{act}_amount", "")) for act in ("authorized", "captured", "refunded")
    )
    status, code = answer.get("transaction_status", ""), answer.get("transaction_code", "")
    outcome = query
    if query is Outcome.APPROVED:
        outcome = judge_charge(status, code, moved_minor=max(authorized or 0, captured or 0))
        problem = "" if outcome is not Outcome.UNKNOWN else "not_settled"
    return StatusReply.of(
        answer,
        command="CHECK_STATUS",
        outcome=outcome,
        problem=problem,
        digest=digest,
        query_ok=query is Outcome.APPROVED,
        transaction_status=status,
        transaction_code=code,
        transaction_message=html.unescape(answer.get("transaction_message", "")),
        authorized_minor=authorized,
        captured_minor=captured,
        refunded_minor=refunded,
    )
