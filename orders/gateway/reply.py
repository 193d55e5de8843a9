"""The gateway's answers as values: ``Reply`` and, for CHECK_STATUS, ``StatusReply``."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from orders.gateway.outcome import Outcome, judge_charge
from orders.gateway.scrub import last_four, scrub


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One signed answer and what it proves.

    ``problem`` says in a machine word why the outcome is ``UNKNOWN`` ("amount_differs",
    "unlisted_code" …). Text fields are "" where the answer had none; ``last_four`` and ``expiry``
    (YYMM) also where they were masked. ``body`` is scrubbed and may be stored; ``digest`` is the
    SHA-256 hex of the raw bytes. ``token_name`` is whole: do not log it.
    """

    command: str
    outcome: Outcome
    problem: str = ""
    status: str = ""
    response_code: str = ""
    response_message: str = ""
    fort_id: str = ""
    authorization_code: str = ""
    payment_option: str = ""
    last_four: str = ""
    expiry: str = ""
    acquirer_response_code: str = ""
    token_name: str = field(default="", repr=False)
    verified: bool = True
    body: dict[str, str] = field(default_factory=dict, repr=False)
    digest: str = ""

    @property
    def message_code(self) -> str:
        """The last three digits of ``response_code``: a key of ``codes.MESSAGES``."""
        return self.response_code[2:]

    @classmethod
    def of(
        cls,
        message: Mapping[str, str],
        *,
        command: str,
        outcome: Outcome,
        problem: str = "",
        digest: str,
        **more: Any,
    ) -> Self:
        """The reply that a verified ``message`` makes; ``more`` are a subclass's own fields."""
        expiry = message.get("expiry_date", "")
        return cls(
            command=command,
            outcome=outcome,
            problem=problem,
            status=message.get("status", ""),
            response_code=message.get("response_code", ""),
            # The gateway escapes for HTML what it echoes; people are shown the plain text.
            response_message=html.unescape(message.get("response_message", "")),
            fort_id=message.get("fort_id", ""),
            authorization_code=message.get("authorization_code", ""),
            payment_option=message.get("payment_option", ""),
            last_four=last_four(message.get("card_number", "")),
            expiry=expiry if re.fullmatch(r"[0-9]{4}", expiry, re.ASCII) else "",
            acquirer_response_code=message.get("acquirer_response_code", ""),
            token_name=message.get("token_name", ""),
            body=scrub(message),
            digest=digest,
            **more,
        )


@dataclass(frozen=True, kw_only=True)
class StatusReply(Reply):
    """What CHECK_STATUS says about a charge.

    ``outcome`` is what it proves about the charge of that ``merchant_reference``: ``NOT_FOUND`` if
    the gateway signed that it knows none. ``query_ok`` says that the query itself succeeded; only
    then are ``transaction_status`` and ``transaction_code`` those of the *last* act on the order.
    The totals are minor units, ``None`` where the account does not deliver them.
    """

    query_ok: bool
    transaction_status: str = ""
    transaction_code: str = ""
    transaction_message: str = ""
    authorized_minor: int | None = None
    captured_minor: int | None = None
    refunded_minor: int | None = None

    def proves(self, command: str) -> Outcome:
        """What it proves for a charge that was sent as ``command``.

        Narrower than ``outcome``: a reservation proves no purchase.
        """
        if not self.query_ok or self.outcome is Outcome.UNKNOWN:
            return self.outcome
        return judge_charge(
            self.transaction_status,
            self.transaction_code,
            moved_minor=max(self.authorized_minor or 0, self.captured_minor or 0),
            command=command,
        )


def minor(text: str) -> int | None:
    """An amount of the gateway in minor units, ``None`` where it gave none."""
    return int(text) if text else None
