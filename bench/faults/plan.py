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
}
CARDS = {
    "good": "4005550000000001",
    "declining card": "4916783391760242",
    "uncertain card": "4556437649762022",
    "mada card": "5297412542005689",
}
PLAIN = ("000", "250", "500", "990")
SEEN_TOO_LATE = AMOUNTS["charged, seen too late"]
FAULTS = ("none", *AMOUNTS, *(name for name in CARDS if name != "good"), "left by the caller")
WEIGHTS = (5, *[1] * (len(FAULTS) - 1))
CURRENCIES = ("AED", "KWD")
DOUBLE = 0.15
CUSTOMERS = 8


@dataclass(frozen=True)
class Job:
    """One thing that one person does: press Charge (``press``), be quicker than a colleague
    (``rival``), or try again after a refusal (``again``).
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

    @property
    def reference(self) -> str:
        """The order's own reference, by which colleagues find it."""
        return f"BENCH-{self.number}"

    def by(self, act: str, staff: int, form_key: str) -> "Job":
        """The same order in the hands of somebody else."""
        return replace(self, act=act, staff=staff, form_key=form_key)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def key(*parts: object) -> str:
    """A form key that is the same for the same parts."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def plan(orders: int, seed: int) -> Iterator[Job]:
    """The presses of a run. 15 % of the orders are pressed twice, by one person or by two."""
    chance = random.Random(seed)
    for number in range(1, orders + 1):
        # Every kind of fault comes round, in an order of the seed's own.
        fault = chance.choices(FAULTS, WEIGHTS)[0] if number > len(FAULTS) else FAULTS[number - 1]
        job = _job(number, fault, seed, chance)
        yield job
        if chance.random() < DOUBLE:
            if chance.random() < 0.5:
                yield job
            else:
                yield job.by("rival", 1 - job.staff, key(seed, number, "rival"))


def _job(number: int, fault: str, seed: int, chance: random.Random) -> Job:
    digits = AMOUNTS.get(fault) or chance.choice(PLAIN)
    is_typed = fault in CARDS or fault == "left by the caller" or chance.random() < 0.3
    return Job(
        act="leave" if fault == "left by the caller" else "press",
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


def notifications(merchant_reference: str, code: str, seed: int) -> list[float]:
    """After how many seconds a notification is delivered: none to three times."""
    chance = random.Random(f"{seed}:{merchant_reference}:{code}")
    return [chance.uniform(0, 2) for _ in range(chance.randrange(4))]
