"""The stand-in's control port: its switches, and what happens at the gateway by itself."""

import json
import urllib.error
import urllib.request
from typing import Any

Told = dict[str, Any]


class Impossible(Exception):
    """The stand-in says that this cannot be: more than is left, or something is undecided."""


class Control:
    """Speaks to the control port at ``url``; OSError where nobody listens there."""

    def __init__(self, url: str) -> None:
        self._url = url

    def switch(self, **switches: Any) -> None:
        """Change switches."""
        self._tell("", switches)

    def succeed(self, merchant_reference: str) -> None:
        """Let a declined or undecided charge turn out to have succeeded."""
        self._tell("/succeed", {"merchant_reference": merchant_reference})

    def plan_next(self, merchant_reference: str, digits: str) -> None:
        """What the next capture, void or refund of a charge is to meet; "" for nothing."""
        self._tell("/next", {"merchant_reference": merchant_reference, "digits": digits})

    def act(self, merchant_reference: str, command: str, amount: int) -> Told:
        """An act in the gateway's back office, in minor units, with the notification of it.
        Raises ``Impossible``.
        """
        named = {"merchant_reference": merchant_reference, "command": command, "amount": amount}
        return self._tell("/act", named)

    def reverse(self, merchant_reference: str, maintenance_reference: str) -> Told:
        """The bank takes a refund back; the notification of it. Raises ``Impossible``."""
        named = {
            "merchant_reference": merchant_reference,
            "maintenance_reference": maintenance_reference,
        }
        return self._tell("/reverse", named)

    def lapse(self, merchant_reference: str) -> None:
        """A reservation ends by itself. Raises ``Impossible``."""
        self._tell("/lapse", {"merchant_reference": merchant_reference})

    def _tell(self, path: str, values: dict[str, Any]) -> Told:
        body = json.dumps(values).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                told: Told = json.load(answer)
                return told
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise Impossible(refusal.read().decode()) from refusal
