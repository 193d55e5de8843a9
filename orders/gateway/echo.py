"""Comparing an answer with the request it claims to answer, and the verdict over both.

A valid signature on another order's answer would be a replay; so nothing is approved unless the
answer says again what was asked.
"""

from collections.abc import Mapping

from orders.gateway.codes import MESSAGES
from orders.gateway.outcome import Outcome, agree, judge

COMMAND_NAMES = ("command", "service_command", "query_command")
_ECHOED = (
    *COMMAND_NAMES,
    "merchant_reference",
    "merchant_identifier",
    "amount",
    "currency",
    "token_name",
    "eci",
    "maintenance_reference",
)
# An approval must echo these wherever they were sent. A refusal may come before the gateway has
# read them all, and must echo the reference.
_NEEDED_TO_APPROVE = frozenset(_ECHOED) - {"eci", "maintenance_reference"}
_NEEDED_TO_REFUSE = frozenset({"merchant_reference"})
_CHARGES = frozenset({"PURCHASE", "AUTHORIZATION"})


def command_of(message: Mapping[str, str]) -> str:
    """The command of a request or an answer, whichever parameter holds it, or ""."""
    return next((message[name] for name in COMMAND_NAMES if message.get(name)), "")


def verdict(request: Mapping[str, str], answer: Mapping[str, str]) -> tuple[Outcome, str]:
    """The outcome that a verified ``answer`` to ``request`` proves and, for ``UNKNOWN``, why."""
    command = command_of(request)
    code = answer.get("response_code", "")
    outcome = judge(command, answer.get("status", ""), code)
    if outcome is Outcome.UNKNOWN:
        differs = _mismatch(request, answer, needed=frozenset())
        return outcome, differs or explain(answer.get("status", ""), code)
    approved = outcome is Outcome.APPROVED
    problem = _mismatch(
        request, answer, needed=_NEEDED_TO_APPROVE if approved else _NEEDED_TO_REFUSE
    )
    if not problem and approved and command in _CHARGES and not answer.get("fort_id"):
        problem = "fort_id_missing"
    return (Outcome.UNKNOWN, problem) if problem else (outcome, "")


def _mismatch(
    request: Mapping[str, str], answer: Mapping[str, str], *, needed: frozenset[str]
) -> str:
    """The first parameter that is not echoed as sent, as a machine word, or ""."""
    for name in _ECHOED:
        if name not in request:
            continue
        if not answer.get(name):
            if name in needed:
                return f"{name}_missing"
        elif answer[name] != request[name]:
            return f"{name}_differs"
    return ""


def explain(status: str, code: str) -> str:
    """Why these codes prove nothing, as a machine word."""
    if not agree(status, code):
        return "codes_disagree"
    message = MESSAGES.get(code[2:])
    if message is None:
        return "unlisted_code"
    return {"duplicate": "duplicate_reference", "closed": "closed"}.get(
        message.kind, "uncertain_code"
    )
