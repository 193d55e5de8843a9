"""The commands and their parameters: what must be there, what may, and how each is written.

Lengths and characters are those of the APS guide's tables for MOTO, tokenization and maintenance.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

ASCII_LETTERS = "A-Za-z"


@dataclass(frozen=True)
class Parameter:
    """How one parameter is written: its greatest length, a test of its characters, its values."""

    max_length: int
    fits: Callable[[str], bool]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Command:
    """One operation: where it is sent, under which key, with which parameters."""

    name: str
    key: str
    on_page: bool
    mandatory: frozenset[str]
    optional: frozenset[str]


def _chars(allowed: str) -> Callable[[str], bool]:
    pattern = re.compile(f"[{allowed}]+")
    return lambda value: pattern.fullmatch(value) is not None


def _free_text(extra: str, digits: bool) -> Callable[[str], bool]:
    """Letters of the Latin alphabet or Arabic, perhaps digits, and the extra characters."""

    def fits(value: str) -> bool:
        return all(
            char in extra
            or (char.isascii() and (char.isalnum() if digits else char.isalpha()))
            or _is_arabic(char, digits)
            for char in value
        )

    return fits


def _is_arabic(char: str, digits: bool) -> bool:
    kinds = ("Lo", "Lm", "Mn", "Nd") if digits else ("Lo", "Lm", "Mn")
    return ("\u0600" <= char <= "\u08ff" or "\ufb50" <= char <= "\ufeff") and unicodedata.category(
        char
    ) in kinds


def _is_address(value: str) -> bool:
    """An IPv4 or IPv6 address; the real gateway refuses IPv4 written inside IPv6."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return getattr(address, "ipv4_mapped", None) is None


def _is_email(value: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_.@+-]+", value) is not None and value.count("@") == 1


_LETTERS = _chars(ASCII_LETTERS + "_")
_ALNUM = _chars(ASCII_LETTERS + "0-9")
_DIGITS = _chars("0-9")
_REFERENCE = _chars(ASCII_LETTERS + "0-9._-")
_EXTRA = _free_text(".;/_-,'@ ", digits=True)
_TOKEN = _chars(ASCII_LETTERS + "0-9.@_-")
_YES_NO = ("YES", "NO")

PARAMETERS = {
    "command": Parameter(20, _LETTERS),
    "service_command": Parameter(20, _LETTERS),
    "query_command": Parameter(50, _LETTERS),
    "access_code": Parameter(20, _ALNUM),
    "merchant_identifier": Parameter(20, _ALNUM),
    "merchant_reference": Parameter(40, _REFERENCE),
    "amount": Parameter(10, _DIGITS),
    "currency": Parameter(3, _chars("A-Z")),
    "language": Parameter(2, _LETTERS, ("en", "ar")),
    "customer_email": Parameter(254, _is_email),
    "eci": Parameter(16, _LETTERS, ("MOTO", "ECOMMERCE", "RECURRING")),
    "agreement_id": Parameter(15, _ALNUM),
    "token_name": Parameter(100, _TOKEN),
    "new_token_name": Parameter(100, _TOKEN),
    "signature": Parameter(200, _chars("0-9A-Fa-f")),
    "payment_option": Parameter(
        10, _LETTERS, ("VISA", "MASTERCARD", "AMEX", "MADA", "MEEZA", "NAPS", "KNET")
    ),
    "order_description": Parameter(150, _free_text("'/._-#:$ ", digits=True)),
    "customer_ip": Parameter(45, _is_address),
    "customer_name": Parameter(40, _free_text("_\\/-.' ", digits=False)),
    "phone_number": Parameter(19, _chars("0-9+() -")),
    "settlement_reference": Parameter(34, _REFERENCE),
    "maintenance_reference": Parameter(200, _REFERENCE),
    "merchant_extra": Parameter(999, _EXTRA),
    **{f"merchant_extra{n}": Parameter(250, _EXTRA) for n in range(1, 6)},
    "return_url": Parameter(400, _chars(ASCII_LETTERS + "0-9$!=?#&_/:.-")),
    "fort_id": Parameter(20, _DIGITS),
    "return_third_party_response_codes": Parameter(3, _LETTERS, _YES_NO),
    "card_number": Parameter(19, _DIGITS),
    "card_security_code": Parameter(4, _DIGITS),
    "expiry_date": Parameter(4, _chars("0-9")),
    "card_holder_name": Parameter(50, _chars(ASCII_LETTERS + "'. -")),
    "remember_me": Parameter(3, _LETTERS, _YES_NO),
    "token_status": Parameter(8, _LETTERS, ("ACTIVE", "INACTIVE")),
}

_EVERY = "access_code merchant_identifier language signature"
_EXTRAS = "merchant_extra " + " ".join(f"merchant_extra{n}" for n in range(1, 6))
_PAYMENT = f"{_EVERY} merchant_reference amount currency customer_email eci token_name"
_PAYMENT_MAY = (
    "payment_option order_description customer_ip customer_name phone_number settlement_reference "
    f"return_url {_EXTRAS}"
)
_BY_ORDER = "merchant_reference fort_id order_description"


def _command(name: str, key: str, must: str, may: str, on_page: bool = False) -> Command:
    return Command(name, key, on_page, frozenset({key, *must.split()}), frozenset(may.split()))


COMMANDS = {
    command.name: command
    for command in (
        _command("PURCHASE", "command", _PAYMENT, f"{_PAYMENT_MAY} agreement_id"),
        _command("AUTHORIZATION", "command", _PAYMENT, _PAYMENT_MAY),
        _command("CAPTURE", "command", f"{_EVERY} amount currency", _BY_ORDER),
        _command("VOID_AUTHORIZATION", "command", _EVERY, f"{_BY_ORDER} amount currency"),
        _command(
            "REFUND", "command", f"{_EVERY} amount currency", f"{_BY_ORDER} maintenance_reference"
        ),
        _command(
            "CHECK_STATUS",
            "query_command",
            _EVERY,
            "merchant_reference fort_id return_third_party_response_codes",
        ),
        _command(
            "UPDATE_TOKEN",
            "service_command",
            f"{_EVERY} merchant_reference token_name",
            "expiry_date card_holder_name currency token_status new_token_name",
        ),
        _command(
            "TOKENIZATION",
            "service_command",
            f"{_EVERY} merchant_reference card_number expiry_date card_security_code",
            f"token_name card_holder_name remember_me return_url currency {_EXTRAS}",
            on_page=True,
        ),
        _command(
            "CREATE_TOKEN",
            "service_command",
            f"{_EVERY} merchant_reference card_number expiry_date",
            "return_url token_name card_holder_name currency",
            on_page=True,
        ),
    )
}
