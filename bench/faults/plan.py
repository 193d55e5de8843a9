"""What every order of a run is to suffer, drawn from the seed: the same seed, the same orders."""

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

# What the stand-in does by the last three digits of the amount (docs/sandbox.md).
AMOUNTS = {
    "slow": "910",
    "charged, dropped": "920",
    "not charged, dropped": "930",
    "uncertain for ever": "940",
    "uncertain, approved": "960",
    "charged, HTTP 500": "970",
    "charged, no answer": "980",
    "declined: funds": "810",
    "declined": "820",
    "charged, bad signature": "830",
    "charged, other amount": "840",
    "charged, technical problem": "860",
    "uncertain, declined": "870",
    "3-D Secure wanted": "880",
    "not charged, HTTP 500": "710",
    "charged, HTML": "720",
    "technical problem": "730",
    "charged, seen too late": "780",
    "charged, seen late": "760",
    "declined: card expired": "770",
    "request held up": "640",
}
CARDS = {
    "good": "4005550000000001",
    "declining card": "4916783391760242",
    "uncertain card": "4556437649762022",
    "mada card": "5297412542005689",
}
PLAIN = ("000", "250", "500", "990")
SEEN_TOO_LATE = AMOUNTS["charged, seen too late"]
NO_LINE = "no line"  # nothing listens where this order's request is sent to
LEFT = "left by the caller"
EXPIRED = "declined: card expired"
FAULTS = ("none", *AMOUNTS, *(name for name in CARDS if name != "good"), LEFT, NO_LINE)
# Those that the rarer arrows begin with come more often.
OFTEN = {"none": 5, "declining card": 2, "uncertain card": 2, LEFT: 2}
WEIGHTS = [OFTEN.get(fault, 1) for fault in FAULTS]
CURRENCIES = ("AED", "KWD")
DOUBLE = 0.15
LOST_SESSIONS = 0.05
CUSTOMERS = 8
SERVICES, PAGES = "services", "pages"
SUPERVISORS = (2, 3)


@dataclass(frozen=True)
class Job:
    """One thing that one person does: press Charge (``press``), be quicker than a colleague
    (``rival``), try again after a refusal (``again``), send the same again (``resend``), let go of
    a charge (``release``); and what follows a charge: capture, void or refund (``follow``), the
    same in the gateway's back office (``outside``), settle (``settle``), ask (``ask``).

    ``through`` the services or the pages. Through the pages ``double`` says whether the press is
    doubled by the same person or by a colleague. ``kind`` and ``moves_minor`` are the act that
    follows a charge, ``operation`` is the row to settle or to ask about. Two jobs whose ``meets``
    is the same begin at one instant.
    """

    act: str
    number: int = 0
    fault: str = "none"
    amount_minor: int = 0
    currency: str = "AED"
    wants: str = "purchase"
    card: str = ""  # a number to type, or empty: the customer's stored card
    customer: int = 0
    staff: int = 0
    form_key: str = ""
    marks_paid: bool = False
    through: str = SERVICES
    double: str = ""
    loses_session: bool = False
    merchant_reference: str = ""
    kind: str = ""
    moves_minor: int = 0
    of_duplicate: bool = False
    operation: int = 0
    meets: str = ""

    @property
    def reference(self) -> str:
        """The order's own reference, by which colleagues find it."""
        return f"BENCH-{self.number:06d}"

    def by(self, act: str, staff: int, form_key: str, **changes: Any) -> "Job":
        """The same order in the hands of somebody else."""
        return replace(self, act=act, staff=staff, form_key=form_key, **changes)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def number_of(reference: str) -> int:
    """The number of the order with that reference."""
    return int(reference.rpartition("-")[2])


def key(*parts: object) -> str:
    """A form key that is the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def plan(orders: int, seed: int, *, through_pages: float = 0, first: int = 1) -> Iterator[Job]:
    """The presses of a run, orders ``first`` and following. 15 % of the orders are pressed twice,
    by one person or by two. What an order suffers depends on its number and the seed alone.
    """
    for number in range(first, first + orders):
        chance = random.Random(f"{seed}:{number}")
        # Every kind of fault comes round twice, whatever the seed.
        fault = chance.choices(FAULTS, WEIGHTS)[0]
        if number <= 2 * len(FAULTS):
            fault = FAULTS[number % len(FAULTS)]
        job = _job(number, fault, seed, chance)
        double = chance.choice(["press", "colleague"]) if chance.random() < DOUBLE else ""
        if fault == EXPIRED:
            double = ""  # a colleague would charge the stored card, and it would be the last time
        if chance.random() < through_pages:
            loses = chance.random() < LOST_SESSIONS
            yield replace(job, through=PAGES, double=double, loses_session=loses)
            continue
        yield job
        if double == "press":
            yield job
        elif double:
            yield job.by("rival", 1 - job.staff, key(seed, number, "rival"))


def _job(number: int, fault: str, seed: int, chance: random.Random) -> Job:
    digits = AMOUNTS.get(fault) or chance.choice(PLAIN)
    # A stored card that the gateway calls expired is offered to nobody any more.
    is_typed = fault in {*CARDS, LEFT, EXPIRED} or chance.random() < 0.3
    return Job(
        act="leave" if fault == LEFT else "press",
        number=number,
        fault=fault,
        amount_minor=chance.randrange(1, 900) * 1000 + int(digits),
        currency=chance.choice(CURRENCIES),
        wants="authorization" if chance.random() < 0.25 else "purchase",
        card=CARDS.get(fault, CARDS["good"]) if is_typed else "",
        customer=chance.randrange(CUSTOMERS),
        staff=chance.randrange(2),
        form_key=key(seed, number),
        marks_paid=chance.random() < 0.5,
    )


def reserved(numbers: range, seed: int) -> Iterator[Job]:
    """Orders whose amount is reserved on a stored card, without a fault."""
    for number in numbers:
        chance = random.Random(f"{seed}:reserved:{number}")
        yield replace(_job(number, "none", seed, chance), wants="authorization", card="")


def notifications(merchant_reference: str, code: str, seed: int) -> list[float]:
    """After how many seconds a notification is delivered: none to three times."""
    chance = random.Random(f"{seed}:{merchant_reference}:{code}")
    return [chance.uniform(0, 2) for _ in range(chance.randrange(4))]
