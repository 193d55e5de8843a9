"""What the stand-in received, without card number and CVV; kept in memory only."""

import re
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from orders.sandbox.cards import has_check_digit, masked
from orders.sandbox.parameters import PARAMETERS

_LONG_DIGITS = re.compile(r"\d{13,19}")


@dataclass(frozen=True)
class Received:
    """One message: when (ISO 8601, UTC), what it asked, what it was answered."""

    time: str
    address: str
    command: str
    merchant_reference: str
    amount: str
    currency: str
    card_number: str
    response_code: str
    unusual: str
    parameters: dict[str, str] = field(default_factory=dict)


class Journal:
    """The latest messages, oldest first, and how often each was received."""

    def __init__(self, keep: int = 20_000) -> None:
        self._received: deque[Received] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, received: Received) -> None:
        """Remember one message."""
        with self._lock:
            self._received.append(received)
            self._counts[received.merchant_reference, received.command] += 1

    def all(self) -> list[Received]:
        """The latest messages, oldest first."""
        with self._lock:
            return list(self._received)

    def count(self, merchant_reference: str, command: str = "") -> int:
        """How often a reference was received, with that command or with any."""
        with self._lock:
            return sum(
                times
                for (reference, named), times in self._counts.items()
                if reference == merchant_reference and command in ("", named)
            )

    def counts(self) -> list[tuple[str, str, int]]:
        """How often each reference was received with each command, of all messages ever."""
        with self._lock:
            return [(*key, times) for key, times in self._counts.items()]


def scrubbed(message: Mapping[str, str]) -> dict[str, str]:
    """A message without signature and CVV, its card number masked wherever it stands."""
    return {
        name: _without_card(name, value)
        for name, value in message.items()
        if name not in ("signature", "card_security_code")
    }


def _without_card(name: str, value: str) -> str:
    if name not in PARAMETERS:
        return "(not kept)"
    if name == "card_number":
        return masked(value)
    if name == "fort_id":
        return value
    return _LONG_DIGITS.sub(_mask_if_card, value)


def _mask_if_card(found: re.Match[str]) -> str:
    return masked(found[0]) if has_check_digit(found[0]) else found[0]
