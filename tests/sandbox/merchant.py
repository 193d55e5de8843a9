"""A merchant in a few lines, for the stand-in's own tests: signs, sends, takes the answer."""

import itertools
import json
import urllib.error
import urllib.request
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from orders.sandbox.server import Sandbox
from orders.sandbox.signing import UNSIGNED_ON_THE_PAGE, is_signed, signature_of

VISA = "4005550000000001"
RETURN_URL = "http://127.0.0.1:8000/orders/card-return/"
_numbers = itertools.count(1)


class Merchant:
    """The demo merchant, talking to one stand-in over HTTP."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def message(self, key: str, command: str, **fields: str) -> dict[str, str]:
        """A signed message; fields given as None are left out."""
        account = self.box.standin.account
        message = {
            key: command,
            "merchant_identifier": account.merchant_identifier,
            "access_code": account.access_code,
            "language": "en",
        } | fields
        message["signature"] = signature_of(
            message, account.request_phrase, account.sha_type, frozenset()
        )
        return message

    def send(self, message: Any) -> dict[str, str]:
        """The JSON answer to a message, its signature verified."""
        answer = json.loads(self.post(json.dumps(message).encode()))
        account = self.box.standin.account
        assert is_signed(answer, account.response_phrase, account.sha_type)
        return answer

    def post(self, body: bytes, content_type: str = "application/json") -> bytes:
        """The body of the answer to anything at all."""
        request = urllib.request.Request(self.box.api_url, body, {"Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def pay(self, amount: str = "10000", command: str = "PURCHASE", **fields: str) -> dict:
        """The answer to a charge on a stored card (an approving Visa, unless named)."""
        return self.send(self.payment(amount, command, **fields))

    def payment(self, amount: str = "10000", command: str = "PURCHASE", **fields: str) -> dict:
        """A signed charge that has not been sent."""
        values = {
            "merchant_reference": f"MO-{next(_numbers)}-1",
            "amount": amount,
            "currency": "AED",
            "customer_email": "caller@example.com",
            "eci": "MOTO",
        } | fields
        if "token_name" not in values:
            values["token_name"] = self.box.make_token()
        return self.message("command", command, **values)

    def follow(self, command: str, paid: dict[str, str], **fields: str) -> dict[str, str]:
        """The answer to a capture, void or refund of a payment."""
        names = {"merchant_reference": paid["merchant_reference"], "fort_id": paid["fort_id"]}
        if command != "VOID_AUTHORIZATION":
            names |= {"amount": paid["amount"], "currency": paid["currency"]}
        return self.send(self.message("command", command, **names | fields))

    def check(self, merchant_reference: str, **fields: str) -> dict[str, str]:
        """The answer to CHECK_STATUS."""
        names = {"merchant_reference": merchant_reference} | fields
        return self.send(self.message("query_command", "CHECK_STATUS", **names))

    def form(self, command: str = "TOKENIZATION", **fields: str) -> dict[str, str]:
        """A signed card form; an empty value takes a field away."""
        values = {
            "merchant_reference": f"MO-{next(_numbers)}-1",
            "return_url": RETURN_URL,
            "card_number": VISA,
            "expiry_date": "4912",
        }
        if command == "TOKENIZATION":
            values["card_security_code"] = "123"
        values = {name: value for name, value in (values | fields).items() if value}
        signed = {name: values[name] for name in values if name not in UNSIGNED_ON_THE_PAGE}
        return values | self.message("service_command", command, **signed)

    def submit(self, form: Any) -> tuple[int, dict[str, str], str]:
        """Status, headers and body of what the browser gets for a form."""
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        request = urllib.request.Request(self.box.page_url, body)
        try:
            with _OPENER.open(request, timeout=10) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, dict(answer.headers), answer.read().decode()

    def store(self, form: dict[str, str]) -> dict[str, str]:
        """The fields the browser would post to return_url."""
        reader = _HiddenFields()
        reader.feed(self.submit(form)[2])
        return reader.fields


class _HiddenFields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            named = dict(attrs)
            self.fields[named["name"] or ""] = named["value"] or ""


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)
