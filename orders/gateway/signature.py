"""The SHA signature of APS messages: making it and checking it.

Source: APS guide, "Signature"; the rule is pinned to APS's own published examples in the tests.
HMAC and SHA-1 ("SHA-128") accounts are not offered.
"""

import hashlib
import hmac
from collections.abc import Mapping

SHA_TYPES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}

# APS leaves these out of a card form's signature: the browser adds them after signing.
CARD_FIELDS = frozenset(
    {"card_number", "card_security_code", "expiry_date", "card_holder_name", "remember_me"}
)


def sign(
    message: Mapping[str, object],
    *,
    phrase: str,
    sha_type: str,
    without: frozenset[str] = frozenset(),
) -> str:
    """The lower-case hex signature of ``message``, which may hold a ``signature`` already.

    ``without`` names further parameters to leave out. Raises ``ValueError`` for a ``sha_type``
    that is not offered.
    """
    if sha_type not in SHA_TYPES:
        raise ValueError(f"SHA type {sha_type!r} is not offered: choose sha256 or sha512")
    pairs = "".join(
        f"{name}={_text(message[name])}"
        for name in sorted(message)
        if name != "signature" and name not in without
    )
    # A lone surrogate cannot be said in UTF-8. It makes a signature that fits nothing.
    whole = (phrase + pairs + phrase).encode("utf-8", "surrogatepass")
    return SHA_TYPES[sha_type](whole).hexdigest()


def verify(
    message: Mapping[str, object],
    *,
    phrases: tuple[str, ...],
    sha_type: str,
) -> bool:
    """Whether ``message``, exactly as received, carries the signature of one of ``phrases``.

    Every received parameter counts, whatever its name. Compares in constant time.
    """
    given = message.get("signature")
    if not isinstance(given, str):
        return False
    given_bytes = given.lower().encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(sign(message, phrase=phrase, sha_type=sha_type).encode(), given_bytes)
        for phrase in phrases
        if phrase
    ]
    return any(matches)


def _text(value: object) -> str:
    """The value as APS hashes it: ``[a, b]``, ``{k=v, k2=v2}``, "" for none."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}={_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value)
