"""Every parameter the office sends: its length, its alphabet, and what becomes of a misfit.

Source: APS guide, tables of the MOTO channel, maintenance operations and tokens. The gateway must
never have a reason to refuse a format: free text is made to fit or left out, and what must not be
altered raises ``WouldBeRefused`` before anything is sent.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orders.gateway.errors import WouldBeRefused
from orders.gateway.texts import fit_address, fit_description, fit_name, fit_phone

MAX_MINOR = 9_999_999_999  # at most ten digits


@dataclass(frozen=True)
class Field:
    """One parameter: its longest length, what it fully matches, and how free text is made to fit.

    Without ``fit`` a misfit is refused.
    """

    most: int
    pattern: str
    fit: Callable[[str, int], str] | None = None

    def accepts(self, value: str) -> bool:
        """Whether the gateway would take ``value`` as it is."""
        return len(value) <= self.most and re.fullmatch(self.pattern, value, re.ASCII) is not None


_ACCOUNT = frozenset({"access_code", "merchant_identifier", "language"})
_REFERENCE = r"[A-Za-z0-9._-]+"
_ANY = r"(?s).+"  # the alphabet is kept by ``fit``

FIELDS: dict[str, Field] = {
    "command": Field(20, r"[A-Z_]+"),
    "service_command": Field(20, r"[A-Z_]+"),
    "query_command": Field(50, r"[A-Z_]+"),
    "access_code": Field(20, r"[A-Za-z0-9]+"),
    "merchant_identifier": Field(20, r"[A-Za-z0-9]+"),
    "merchant_reference": Field(40, _REFERENCE),
    "amount": Field(10, r"[1-9][0-9]*"),
    "currency": Field(3, r"[A-Z]{3}"),
    "language": Field(2, r"en|ar"),
    "customer_email": Field(254, r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"),
    "eci": Field(16, r"MOTO|RECURRING"),
    "agreement_id": Field(15, r"[A-Za-z0-9]+"),
    "token_name": Field(100, r"[A-Za-z0-9._@-]+"),
    "payment_option": Field(10, r"VISA|MASTERCARD|AMEX"),
    "order_description": Field(150, _ANY, fit_description),
    "customer_ip": Field(45, r"[0-9a-f.:]+", fit_address),
    "customer_name": Field(40, _ANY, fit_name),
    "phone_number": Field(19, r"[0-9+() -]+", fit_phone),
    "settlement_reference": Field(34, _REFERENCE),
    "fort_id": Field(20, r"[0-9]+"),
    "maintenance_reference": Field(200, _REFERENCE),
    "return_third_party_response_codes": Field(3, r"YES|NO"),
    "token_status": Field(8, r"ACTIVE|INACTIVE"),
    "return_url": Field(400, r"https?://[A-Za-z0-9$!=?#&_/:.-]+"),
}


@dataclass(frozen=True)
class Parameters:
    """What a command takes beside the account's identifiers, the language and the signature."""

    name: str  # the parameter that names the command
    mandatory: frozenset[str]
    optional: frozenset[str] = frozenset()


_TO_CHARGE = "merchant_reference amount currency customer_email eci token_name"
_WITH_CHARGE = (
    "payment_option order_description customer_ip customer_name phone_number settlement_reference"
)
_CHARGE = Parameters("command", frozenset(_TO_CHARGE.split()), frozenset(_WITH_CHARGE.split()))
_AT_ONCE = Parameters("command", _CHARGE.mandatory, _CHARGE.optional | {"agreement_id"})
_ON_CHARGE = frozenset({"fort_id", "order_description"})
_CARD_FORM = frozenset({"merchant_reference", "return_url"})

COMMANDS: dict[str, Parameters] = {
    "PURCHASE": _AT_ONCE,
    "AUTHORIZATION": _CHARGE,
    "CAPTURE": Parameters(
        "command", frozenset({"merchant_reference", "amount", "currency"}), _ON_CHARGE
    ),
    "VOID_AUTHORIZATION": Parameters("command", frozenset({"merchant_reference"}), _ON_CHARGE),
    "REFUND": Parameters(
        "command",
        frozenset({"merchant_reference", "amount", "currency"}),
        _ON_CHARGE | {"maintenance_reference"},
    ),
    "CHECK_STATUS": Parameters(
        "query_command",
        frozenset({"merchant_reference"}),
        frozenset({"fort_id", "return_third_party_response_codes"}),
    ),
    "UPDATE_TOKEN": Parameters(
        "service_command", frozenset({"merchant_reference", "token_name", "token_status"})
    ),
    "TOKENIZATION": Parameters("service_command", _CARD_FORM),
    "CREATE_TOKEN": Parameters("service_command", _CARD_FORM),
}


def build(command: str, values: Mapping[str, str | int | None]) -> dict[str, str]:
    """The parameters of ``command`` in APS's names: text, all of them fitting, none of them empty.

    ``values`` are by APS's names too, ``amount`` an ``int`` in minor units; ``None`` and "" are
    left out. Raises ``WouldBeRefused`` naming the parameter that is missing, foreign or unfit.
    """
    parameters = COMMANDS[command]
    known = parameters.mandatory | parameters.optional | _ACCOUNT
    for name in values:
        if name not in known:
            raise WouldBeRefused("parameter_unknown", name)
    fitted = {name: _fitted(name, value) for name, value in values.items() if value is not None}
    for name in sorted(parameters.mandatory):
        if not fitted.get(name):
            raise WouldBeRefused(f"{name}_missing", name)
    return {parameters.name: command} | {name: text for name, text in fitted.items() if text}


def _fitted(name: str, value: str | int) -> str:
    field = FIELDS[name]
    if name == "amount":
        return _amount(value)
    text = str(value)
    if field.fit is not None:
        text = field.fit(text, field.most)
        # Should a fitted text still not do, the gateway gets none rather than a wrong one.
        return text if field.accepts(text) else ""
    if text and not field.accepts(text):
        raise WouldBeRefused(f"{name}_format", name)
    return text


def _amount(value: str | int) -> str:
    """Minor units as digits. ``True`` and decimals are no amounts."""
    if type(value) is not int or not 0 < value <= MAX_MINOR:
        raise WouldBeRefused("amount_range", "amount")
    return str(value)
