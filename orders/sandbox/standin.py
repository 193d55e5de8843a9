"""The stand-in itself: account, switches, books, journal, feedback and a clock, in one place."""

import itertools
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orders.sandbox.amounts import Unusual, unusual
from orders.sandbox.books import Books
from orders.sandbox.feedback import Feedback
from orders.sandbox.journal import Journal
from orders.sandbox.later import Later
from orders.sandbox.settings import Account, Switches


@dataclass(frozen=True)
class Result:
    """What a message comes to: a code, fields beyond the echo, and what is unusual about it.

    `notify` asks for feedback. An empty response_code means: no trace, only the unusual wire.
    """

    response_code: str
    fields: dict[str, str] = field(default_factory=dict)
    unusual: Unusual | None = None
    notify: bool = False


class StandIn:
    """Everything the handlers of messages need."""

    def __init__(
        self,
        account: Account,
        switches: Switches,
        books: Books,
        feedback_urls: Sequence[str],
        feedback_retry_s: float,
        now: Callable[[], datetime],
    ) -> None:
        self.account = account
        self.switches = switches
        self.books = books
        self.journal = Journal()
        self.now = now
        self.later = Later()
        self.feedback = Feedback(feedback_urls, self.later, every_s=feedback_retry_s)
        self.stopping = threading.Event()
        self._numbers = itertools.count(1)
        self._seen: set[tuple[str, ...]] = set()
        self._next: dict[str, Unusual] = {}

    def switch(self, **values: Any) -> None:
        """Change switches; ValueError, and nothing changed, on one that does not exist."""
        self.switches = self.switches.changed(**values)

    def new_fort_id(self) -> str:
        """Eighteen digits, never the same twice."""
        milliseconds = int(self.now().timestamp() * 1000)
        return f"1{milliseconds:013d}{next(self._numbers) % 10_000:04d}"

    def new_authorization_code(self) -> str:
        """Six digits."""
        return f"{secrets.randbelow(1_000_000):06d}"

    def today_iso(self) -> str:
        """The present moment as ISO 8601 with its offset."""
        return self.now().isoformat(timespec="milliseconds")

    def unusual_for(self, message: Mapping[str, str]) -> Unusual | None:
        """What the amount, or the switch `force`, asks for beyond the ordinary."""
        return unusual(self.switches.force or message.get("amount", ""))

    def plan_next(self, merchant_reference: str, digits: str) -> None:
        """Let the next capture, void or refund of a charge meet what an amount of these digits
        asks for; empty digits take it back. ValueError on digits that ask for nothing.
        """
        case = unusual(digits)
        if digits and case is None:
            raise ValueError(f"…{digits} is no unusual amount")
        with self.books.lock:
            self._next.pop(merchant_reference, None)
            if case:
                self._next[merchant_reference] = case

    def next_of(self, merchant_reference: str) -> Unusual | None:
        """What was planned for the next act on a charge, once; the caller holds the books' lock."""
        return self._next.pop(merchant_reference, None)

    def is_first(self, *names: str) -> bool:
        """Whether this is asked for the first time; the caller holds the books' lock."""
        is_first = names not in self._seen
        self._seen.add(names)
        return is_first

    def scaled(self, seconds: float) -> float:
        """A wait, shortened or stretched by the switch."""
        return seconds * self.switches.time_scale

    def close(self) -> None:
        """Wake what sleeps, forget what waits, let go of the file."""
        self.stopping.set()
        self.later.close()
        self.books.close()
