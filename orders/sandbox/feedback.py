"""Transaction feedback: the gateway tells the merchant's server what an operation came to.

APS guide, "Transaction Feedback": a POST to each address; 2xx or 302 ends it, anything else is
tried again 10 times, 10 seconds apart.
"""

import json
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from urllib.parse import urlencode

from orders.sandbox.later import Later

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver; `answered` is the HTTP status, or 0 when nobody answered."""

    url: str
    merchant_reference: str
    response_code: str
    answered: int


class Feedback:
    """Delivers signed notifications to the merchant's addresses.

    Raises ValueError on an address that is not of the web.
    """

    def __init__(
        self, urls: Sequence[str], later: Later, retries: int = 10, every_s: float = 10.0
    ) -> None:
        if wrong := [url for url in urls if not url.startswith(("http://", "https://"))]:
            raise ValueError(f"feedback cannot be sent to {wrong[0]}")
        self.urls = tuple(urls)
        self.deliveries: deque[Delivery] = deque(maxlen=10_000)
        self._later = later
        self._retries = retries
        self._every_s = every_s
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def send(self, fields: dict[str, str], body_format: str, delay_s: float = 0.0) -> None:
        """Deliver in the background, beginning after the delay."""
        for url in self.urls:
            work = partial(self._deliver, url, fields, body_format, self._retries)
            self._later.after(delay_s, work)

    def send_now(self, fields: dict[str, str], body_format: str) -> None:
        """Deliver before returning; only retries go to the background."""
        for url in self.urls:
            self._deliver(url, fields, body_format, self._retries)

    def _deliver(self, url: str, fields: dict[str, str], body_format: str, retries: int) -> None:
        answered = self._post(url, fields, body_format)
        reference = fields.get("merchant_reference", "")
        self.deliveries.append(Delivery(url, reference, fields["response_code"], answered))
        if not (200 <= answered < 300 or answered == 302) and retries:
            again = partial(self._deliver, url, fields, body_format, retries - 1)
            self._later.after(self._every_s, again)

    def _post(self, url: str, fields: dict[str, str], body_format: str) -> int:
        if body_format == "form":
            body, kind = urlencode(fields), "application/x-www-form-urlencoded"
        else:
            body, kind = json.dumps(fields, ensure_ascii=False), "application/json; charset=utf-8"
        request = urllib.request.Request(url, body.encode(), {"Content-Type": kind})
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code
        except (OSError, HTTPException):
            return 0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect ends a delivery; it is not followed."""

    def redirect_request(self, *_args: object) -> None:
        return None
