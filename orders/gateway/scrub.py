"""Taking out of a message what must not be stored or logged."""

import re
from collections.abc import Mapping

from orders.cards import holds_card_number

_SECRET = frozenset({"signature", "access_code", "card_security_code", "3ds_url"})
_PERSONAL = frozenset({"customer_name", "card_holder_name", "customer_email", "phone_number"})
# Long numbers of APS's own that may pass the check digit by chance.
_NUMBERS = frozenset({"fort_id", "reconciliation_reference", "merchant_reference", "amount"})


def scrub(message: Mapping[str, str]) -> dict[str, str]:
    """The message as it may be stored: no signature, access code or CVV, the card number by its
    last four, the token by its ends, people by their first letter.
    """
    return {name: _scrubbed(name, text) for name, text in message.items() if name not in _SECRET}


def last_four(card_number: str) -> str:
    """The last four digits of a (masked) card number, or "" where they are masked too."""
    return card_number[-4:] if re.fullmatch(r".*[0-9]{4}", card_number, re.ASCII) else ""


def _scrubbed(name: str, text: str) -> str:
    if name == "card_number":
        return "*" * max(len(text) - 4, 0) + last_four(text) if last_four(text) else "****"
    if name in {"token_name", "new_token_name"}:
        return f"{text[:4]}…{text[-4:]}" if len(text) > 12 else "…"
    if name in _PERSONAL:
        return f"{text[:1]}***"
    return "(card number)" if name not in _NUMBERS and holds_card_number(text) else text
