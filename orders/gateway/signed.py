"""From received text pairs to a message that is surely the gateway's own and for this account."""

from collections.abc import Callable, Mapping

from orders.gateway.errors import NotTrusted
from orders.gateway.merchant import Merchant
from orders.gateway.signature import verify
from orders.gateway.strict import MAX_BYTES, Misread, digest_of


def read_signed(
    merchant: Merchant,
    raw: bytes,
    read: Callable[[bytes], dict[str, str]],
    *,
    sent: bool | None = None,
) -> dict[str, str]:
    """The message in ``raw`` as ``read`` strictly reads it, its signature checked.

    Raises ``NotTrusted``, whose ``sent`` is as given.
    """
    claimed = ""
    try:
        if len(raw) > MAX_BYTES:
            raise Misread("too_big")
        message = read(raw)
        claimed = message.get("response_code", "")
        _check_sender(merchant, message)
    except Misread as error:
        raise NotTrusted(
            str(error), digest=digest_of(raw), size=len(raw), claimed_code=claimed, sent=sent
        ) from error
    return message


def _check_sender(merchant: Merchant, message: Mapping[str, str]) -> None:
    """Raise ``Misread`` unless the message is signed and speaks of this very account."""
    if not verify(message, phrases=merchant.response_phrases, sha_type=merchant.sha_type):
        raise Misread("bad_signature")
    ours = {"merchant_identifier": merchant.identifier, "access_code": merchant.access_code}
    for name, value in ours.items():
        if message.get(name, value) != value:
            raise Misread(f"{name}_differs")
