"""The card forms that the operator's browser posts straight to the gateway, and reading its return.

The office signs the fields here and never sees a card number or a CVV: the browser adds them to the
form after signing, and APS leaves them out of the signature. No money moves in either direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from orders.cards import brand_of
from orders.gateway.errors import NotTrusted
from orders.gateway.fields import build
from orders.gateway.merchant import Merchant
from orders.gateway.outcome import Outcome, judge
from orders.gateway.reply import Reply
from orders.gateway.signature import sign
from orders.gateway.signed import read_signed
from orders.gateway.strict import digest_of, web_message_of

_FORMS = ("TOKENIZATION", "CREATE_TOKEN")
_RETURN_NAMES = (
    "service_command access_code merchant_identifier merchant_reference language token_name "
    "card_number expiry_date card_bin card_brand payment_option card_holder_name remember_me "
    "currency token_status creation_date response_code response_message status signature"
)


@dataclass(frozen=True, kw_only=True)
class CardForm:
    """A form for the browser: its ``action`` and the hidden ``fields`` by name.

    The page adds ``card_number``, ``expiry_date`` (YYMM), optionally ``card_holder_name``, and
    ``card_security_code`` if ``needs_cvv``.
    """

    action: str
    fields: dict[str, str] = field(repr=False)
    needs_cvv: bool


@dataclass(frozen=True, kw_only=True)
class CardReturn(Reply):
    """What the browser brought back from the gateway's card page.

    ``outcome`` is ``APPROVED`` (``token_name`` is there) or ``DECLINED``. ``payment_option`` is the
    brand where the gateway shows enough of the number, else "".
    """

    merchant_reference: str
    card_holder_name: str = field(default="", repr=False)


def tokenization_form(
    merchant: Merchant, *, merchant_reference: str, return_url: str, language: str = "en"
) -> CardForm:
    """A card form with a CVV, for a caller on the phone. Charge with the same reference.

    Raises ``WouldBeRefused``. Source: APS guide, custom merchant page.
    """
    fields = _fields(merchant, "TOKENIZATION", merchant_reference, return_url, language)
    return CardForm(action=merchant.page_url, fields=fields, needs_cvv=True)


def create_token_form(
    merchant: Merchant, *, merchant_reference: str, return_url: str, language: str = "en"
) -> CardForm:
    """A card form without a CVV, for an order that came by post. Raises ``WouldBeRefused``."""
    fields = _fields(merchant, "CREATE_TOKEN", merchant_reference, return_url, language)
    return CardForm(action=merchant.page_url, fields=fields, needs_cvv=False)


def read_card_return(
    merchant: Merchant, pairs: Sequence[tuple[str, str]], *, return_url: str
) -> CardReturn:
    """The verified return to ``return_url``, the very address that the form named.

    ``pairs`` are all names and values as received, repeated ones too. Raises ``NotTrusted`` for
    anything that is not strictly one signed answer of the card page to this account.
    """
    raw = urlencode(pairs, errors="surrogatepass").encode("ascii")

    def read(_raw: bytes) -> dict[str, str]:
        return web_message_of(pairs, names=frozenset(_RETURN_NAMES.split()), return_url=return_url)

    message = read_signed(merchant, raw, read)
    return _card_return(message, digest=digest_of(raw), size=len(raw))


def _fields(
    merchant: Merchant, command: str, merchant_reference: str, return_url: str, language: str
) -> dict[str, str]:
    fields = build(
        command,
        {
            "access_code": merchant.access_code,
            "merchant_identifier": merchant.identifier,
            "merchant_reference": merchant_reference,
            "language": language,
            "return_url": return_url,
        },
    )
    fields["signature"] = sign(fields, phrase=merchant.request_phrase, sha_type=merchant.sha_type)
    return fields


def _card_return(message: dict[str, str], *, digest: str, size: int) -> CardReturn:
    command = message.get("service_command", "")
    reference = message.get("merchant_reference", "")
    complete = message.get("merchant_identifier") and message.get("access_code")
    if command not in _FORMS or not reference or not complete:
        raise NotTrusted("not_a_card_return", digest=digest, size=size)
    verdict = judge(command, message.get("status", ""), message.get("response_code", ""))
    # No money moved, so whatever is not a token is simply none.
    has_token = verdict is Outcome.APPROVED and message.get("token_name")
    number = message.get("card_number", "")
    brand = message.get("payment_option", "") or brand_of(message.get("card_bin", "") or number)
    return CardReturn.of(
        message | {"payment_option": brand},
        command=command,
        outcome=Outcome.APPROVED if has_token else Outcome.DECLINED,
        digest=digest,
        merchant_reference=reference,
        card_holder_name=message.get("card_holder_name", ""),
    )
