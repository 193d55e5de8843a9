"""What an answer proves: one total judgement over (command, status, response_code).

Two allow-lists, success and definite refusal; everything else, unlisted codes included, is
``UNKNOWN`` and must be asked about, never sent again.
"""

from enum import StrEnum

from orders.gateway.codes import MESSAGES


class Outcome(StrEnum):
    """What is proven about the request."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    NOT_FOUND = "not_found"


APPROVALS: dict[str, frozenset[str]] = {
    "PURCHASE": frozenset({"14000"}),
    "AUTHORIZATION": frozenset({"02000"}),
    "CAPTURE": frozenset({"04000"}),
    "VOID_AUTHORIZATION": frozenset({"08000"}),
    "REFUND": frozenset({"06000"}),
    "TOKENIZATION": frozenset({"18000", "18062", "18063"}),
    "CREATE_TOKEN": frozenset({"52000", "52062", "52063"}),
    "UPDATE_TOKEN": frozenset({"58000"}),
    "CHECK_STATUS": frozenset({"12000"}),
}

_FAILED_STATUS = {
    "PURCHASE": "13",
    "AUTHORIZATION": "03",
    "CAPTURE": "05",
    "VOID_AUTHORIZATION": "09",
    "REFUND": "07",
    "TOKENIZATION": "17",
    "CREATE_TOKEN": "53",
    "UPDATE_TOKEN": "59",
}
_MONEY = ("PURCHASE", "AUTHORIZATION", "CAPTURE", "VOID_AUTHORIZATION", "REFUND")
_INVALID_REQUEST = "00"
_DEFINITE_KINDS = frozenset({"declined", "configuration", "caller_data", "fraud", "limit"})

# Messages that only make sense for these commands; elsewhere they contradict the request.
_ONLY_FOR = {
    "036": frozenset({"CAPTURE", "VOID_AUTHORIZATION", "REFUND"}),
    "042": frozenset({"CAPTURE"}),
    "048": frozenset({"REFUND"}),
}
_NOT_FOUND = frozenset({"12036", "11036", "00036"})  # which one APS sends is not documented

_CHARGE_EXISTS = frozenset({"04000", "06000", "08000"})  # a later act on it succeeded
_FAILED_LATER = frozenset({"05", "07", "09"})  # a later act on it failed: its amounts decide
_COMMAND_OF_CODE = {"14000": "PURCHASE", "02000": "AUTHORIZATION"}


def judge(command: str, status: str, response_code: str) -> Outcome:
    """What a signed answer to ``command`` proves. ``CHECK_STATUS`` speaks of the query alone."""
    if not agree(status, response_code):
        return Outcome.UNKNOWN
    if response_code in APPROVALS.get(command, frozenset()):
        return Outcome.APPROVED
    if command == "CHECK_STATUS":
        return Outcome.NOT_FOUND if response_code in _NOT_FOUND else Outcome.UNKNOWN
    return Outcome.DECLINED if _is_refusal(command, status, response_code) else Outcome.UNKNOWN


def agree(status: str, response_code: str) -> bool:
    """Whether the two are one answer: five digits that begin with the two of the status."""
    return len(status) == 2 and len(response_code) == 5 and response_code.startswith(status)


def is_over(transaction_status: str, transaction_code: str) -> bool:
    """Whether the last act that CHECK_STATUS tells of has ended, done or refused for good."""
    verdicts = (judge(one, transaction_status, transaction_code) for one in _MONEY)
    return any(verdict in {Outcome.APPROVED, Outcome.DECLINED} for verdict in verdicts)


def judge_charge(
    transaction_status: str,
    transaction_code: str,
    *,
    moved_minor: int = 0,
    command: str = "",
) -> Outcome:
    """What the inner codes of CHECK_STATUS prove about the charge they are asked for.

    They describe the *last* act on the order: a success of a capture, void or refund proves that
    the charge existed, a failure of one does where an amount was authorized or captured
    (``moved_minor``). ``command`` narrows it to what was sent: an authorization found where a
    purchase was sent proves no purchase.
    """
    if not agree(transaction_status, transaction_code):
        return Outcome.UNKNOWN
    if transaction_code in _COMMAND_OF_CODE:
        fits = command in {"", _COMMAND_OF_CODE[transaction_code]}
        return Outcome.APPROVED if fits else Outcome.UNKNOWN
    if transaction_code in _CHARGE_EXISTS:
        return Outcome.APPROVED
    if transaction_status in _FAILED_LATER and transaction_code[2:] in MESSAGES and moved_minor:
        return Outcome.APPROVED
    for charge in ("PURCHASE", "AUTHORIZATION"):
        if command in {"", charge} and transaction_status == _FAILED_STATUS[charge]:
            verdict = judge(charge, transaction_status, transaction_code)
            return Outcome.UNKNOWN if moved_minor else verdict
    return Outcome.UNKNOWN


def _is_refusal(command: str, status: str, response_code: str) -> bool:
    """Whether the answer is on the list of definite refusals."""
    if command not in _FAILED_STATUS or status not in {_INVALID_REQUEST, _FAILED_STATUS[command]}:
        return False
    code = response_code[2:]
    message = MESSAGES.get(code)
    fits = command in _ONLY_FOR.get(code, _FAILED_STATUS)
    return message is not None and message.kind in _DEFINITE_KINDS and fits
