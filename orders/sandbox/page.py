"""/FortAPI/paymentPage: the browser posts a card here and is sent back with a token.

APS guide, "Merchant Page 2.0": the way back is a form posted by the browser or a redirect with a
query string, as the account is set up; in the query string the card's data are all asterisks.
"""

import html
from urllib.parse import parse_qsl, urlencode, urlsplit

from orders.sandbox.answers import compose, sign
from orders.sandbox.api import carry_out, note
from orders.sandbox.codes import text_of
from orders.sandbox.parameters import PARAMETERS
from orders.sandbox.replies import Reply, page
from orders.sandbox.standin import Result, StandIn

_HIDDEN = {"card_number": "*" * 16, "expiry_date": "*" * 4}


def answer_page(standin: StandIn, body: bytes) -> Reply:
    """Store the card of one form and send the browser back to return_url."""
    message = _parsed(body)
    if message is None:
        note(standin, {}, Result("00073"), on_page=True)
        return _stopped("00073")
    result = carry_out(standin, message, on_page=True)
    return_url = message.get("return_url", "")
    if not _can_return_to(return_url):
        return _stopped("00037" if result.response_code[:2] != "00" else result.response_code)
    answer = compose(standin, message, result)
    if standin.switches.return_method == "get":
        return _redirect(return_url, _asterisked(standin, answer))
    return _posting_page(return_url, answer)


def _parsed(body: bytes) -> dict[str, str] | None:
    """The form's fields; None when it is no form or names a field twice."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
    except ValueError:
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def _can_return_to(return_url: str) -> bool:
    rule = PARAMETERS["return_url"]
    parts = urlsplit(return_url)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and len(return_url) <= rule.max_length
        and rule.fits(return_url)
    )


def _stopped(response_code: str) -> Reply:
    """There is nowhere to send the browser: say so here."""
    words = html.escape(text_of(response_code, "en"))
    body = f"<h1>{words}</h1><p>The card form was refused with code {response_code}.</p>"
    return page("Refused", body, status=400)


def _asterisked(standin: StandIn, answer: dict[str, str]) -> dict[str, str]:
    hidden = answer | {name: stars for name, stars in _HIDDEN.items() if name in answer}
    if "card_holder_name" in hidden:
        hidden["card_holder_name"] = "*" * len(hidden["card_holder_name"])
    return hidden | ({"signature": sign(standin, hidden)} if "signature" in hidden else {})


def _redirect(return_url: str, answer: dict[str, str]) -> Reply:
    joint = "&" if urlsplit(return_url).query else "?"
    location = f"{return_url}{joint}{urlencode(answer)}"
    return Reply(status=303, headers={"Location": location, "Cache-Control": "no-store"})


def _posting_page(return_url: str, answer: dict[str, str]) -> Reply:
    """A page whose form the script posts at once; without JavaScript its button does."""
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in answer.items()
    )
    body = (
        "<h1>Back to the merchant</h1><p>You are being sent back to the merchant.</p>"
        f'<form method="post" action="{html.escape(return_url)}" data-return="now">{fields}'
        "<button>Continue</button></form>"
    )
    parts = urlsplit(return_url)
    script = '<script src="/assets/return.js" defer></script>'
    return page("Back to the merchant", body, script, f"{parts.scheme}://{parts.netloc}")
