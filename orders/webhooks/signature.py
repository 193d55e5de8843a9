"""The signature of a message, as Standard Webhooks describes it (standardwebhooks.com).

A secret is "whsec_" and the key in base64; the signature is HMAC-SHA-256 over "id.timestamp.body".
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

_PREFIX = "whsec_"
_KEY_BYTES = 32


def new_secret() -> str:
    """A secret with a fresh key of 256 bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ``ValueError`` for what is none."""
    if not secret.startswith(_PREFIX):
        raise ValueError("A webhook's secret begins with whsec_.")
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)


def headers(
    secrets_held: Sequence[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers of a message sent at ``timestamp`` (seconds since 1970 UTC), with one
    signature for each of the secrets that hold.
    """
    signed = b".".join([message_id.encode(), str(timestamp).encode(), body])
    digests = [hmac.new(key_of(one), signed, hashlib.sha256).digest() for one in secrets_held]
    return {
        "Webhook-Id": message_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in digests),
    }
