"""How a message is signed: APS guide, "Signature" (in common to every channel).

Phrase, then every parameter as name=value in the order of the names with nothing between them, then
the phrase again; hashed, written as hexadecimal digits.
"""

import hashlib
import hmac
from collections.abc import Mapping

SHA_TYPES = ("sha256", "sha512")

# These five stand in the browser's form but not in its signature: the merchant's server, which
# signs, must never see them.
UNSIGNED_ON_THE_PAGE = frozenset(
    {"card_number", "card_security_code", "expiry_date", "card_holder_name", "remember_me"}
)


def signature_of(
    message: Mapping[str, object],
    phrase: str,
    sha_type: str = "sha256",
    leave_out: frozenset[str] = frozenset(),
) -> str:
    """The signature of a message, in lower-case hexadecimal digits."""
    names = sorted(name for name in message if name != "signature" and name not in leave_out)
    pairs = "".join(f"{name}={_written(message[name])}" for name in names)
    return hashlib.new(sha_type, f"{phrase}{pairs}{phrase}".encode()).hexdigest()


def is_signed(
    message: Mapping[str, object],
    phrase: str,
    sha_type: str = "sha256",
    leave_out: frozenset[str] = frozenset(),
) -> bool:
    """Whether the message carries the right signature, in capitals or not."""
    claimed = str(message.get("signature", "")).lower().encode()
    return hmac.compare_digest(claimed, signature_of(message, phrase, sha_type, leave_out).encode())


def _written(value: object) -> str:
    """A value as it stands inside the signed text; lists and objects in APS's Java notation."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_written(inner) for inner in value) + "]"
    return str(value)
