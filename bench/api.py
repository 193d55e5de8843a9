"""What the API adds to a charge: its time beside that of a minimal safe view, in the same run.

    python -m bench.api --pairs 200 --seed 7

One program charges a stored card over HTTP by POST /api/v1/orders and by the view of
bench.minimal_urls, in turn, and chance says which goes first: whatever else the machine does slows
both alike. The stand-in takes a known time to answer; what is left of each charge is added time.
The exit code is 0 when the median of the API is at most 1.3 times that of the view.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import requests

from bench.agent import TIMEOUT_S, Unexpected
from bench.faults.ledgers import Row, is_taken
from bench.overhead import GATEWAY_S, Charge, percentile_95
from bench.running_office import RunningOffice

LIMIT = 1.3
UNMEASURED = 6  # pairs: the first charges of a process import, connect and compile
MINIMAL, API = "the minimal safe view", "the API"
MANNERS = {"delay_after_commit_s": GATEWAY_S, "feedback": "off"}
# Patient: a charge that is late on a busy machine is still one charge to compare.
SETTINGS = {"CHARGE_DEADLINE_S": "30", "NOT_FOUND_WINDOW_S": "60"}
# A key as a shop has one: with ceilings, and an account that two people made.
MAKE_KEY = """
from orders.models import Staff
from orders.services import api_keys
from orders.services.new_api_key import NewKey
admin, second = (Staff.objects.get(username=name) for name in ("admin", "supervisor"))
new_key = NewKey(
    name="bench", scopes=["charges:write"], currency="AED", charge_ceiling_minor=100_000,
    day_ceiling_minor=1_000_000_000, requests_a_minute=6_000,
)
print(api_keys.make(actor=admin, new_key=new_key, second_person=lambda: second)[1])
"""

Way = Callable[[int, str], requests.Response]


@dataclass
class Compared:
    """A run: what was measured each way, and the references of all that was charged."""

    database: str
    seed: int
    charges: dict[str, list[Charge]] = field(default_factory=lambda: {MINIMAL: [], API: []})
    references: dict[str, set[str]] = field(default_factory=lambda: {MINIMAL: set(), API: set()})

    @property
    def ratio(self) -> float:
        """How many times the view's added time the API adds, by their medians."""
        return self._median_ms(API) / self._median_ms(MINIMAL)

    @property
    def is_clean(self) -> bool:
        return self.ratio <= LIMIT

    def table(self) -> str:
        """For people."""
        heading = (
            f"{self.database}, seed {self.seed}: {len(self.charges[API])} charges each way; the API"
            f" adds {self._median_ms(API):.1f} ms to the gateway's {1000 * GATEWAY_S:.0f} ms, the"
            f" minimal safe view {self._median_ms(MINIMAL):.1f} ms: {self.ratio:.2f} times as much"
            f" (limit {LIMIT})"
        )
        return "\n".join([heading, *(self._line(way) for way in (MINIMAL, API))])

    def _median_ms(self, way: str) -> float:
        return statistics.median(one.ours_ms for one in self.charges[way])

    def _line(self, way: str) -> str:
        charges = self.charges[way]
        numbers = (
            f"{statistics.mean(one.number[what] for one in charges):.0f} {what} in"
            f" {statistics.median(one.spent_ms[what] for one in charges):.1f} ms"
            for what in ("queries", "commits")
        )
        return f"  {way}: p95 {percentile_95(charges):.1f} ms; {', '.join(numbers)}"


def main() -> int:
    """0 when the limit holds."""
    parser = argparse.ArgumentParser(prog="bench.api", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=50, help="charges each way")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    result = measure(options.pairs, options.seed)
    print(result.table(), flush=True)
    return 0 if result.is_clean else 1


def measure(pairs: int, seed: int, unmeasured: int = UNMEASURED) -> Compared:
    """Charge ``pairs`` times each way, in turn, after ``unmeasured`` pairs. Raises ``Unexpected``
    unless the gateway took the money of every one.
    """
    with RunningOffice(
        seed, wsgi="bench.minimal_wsgi", manners=MANNERS, settings=SETTINGS, resolves=False
    ) as office:
        card, chance = office.stored_card(office.agent()), Random(seed)
        wire = requests.Session()
        wire.trust_env = False
        ways: dict[str, Way] = {
            MINIMAL: partial(_by_view, wire, office.office_url, card),
            API: partial(_by_api, wire, office.office_url, card, office.said(MAKE_KEY)),
        }
        result = Compared(office.database.name, seed)
        for number in range(unmeasured + pairs):
            for name in chance.sample(sorted(ways), 2):
                amount_minor, key = 100 * chance.randrange(10, 900), f"{chance.getrandbits(128):x}"
                charge, reference = _timed(partial(ways[name], amount_minor, f"bench-{key}"))
                result.references[name].add(reference)
                if number >= unmeasured:
                    result.charges[name].append(charge)
        _check_taken(office, result, unmeasured + pairs)
    return result


def _timed(charge: Callable[[], requests.Response]) -> tuple[Charge, str]:
    """The charge and its reference. Raises ``Unexpected`` unless it was approved."""
    began = time.perf_counter()
    answer = charge()
    total_ms = 1000 * (time.perf_counter() - began)
    if answer.status_code != 201 or answer.json()["operation"]["status"] != "approved":
        raise Unexpected(f"charge: {answer.status_code} {answer.text[:300]}")
    return Charge.heard(answer, total_ms), answer.json()["operation"]["reference"]


def _check_taken(office: RunningOffice, result: Compared, times: int) -> None:
    books = office.gateway_books()
    for way, references in result.references.items():
        taken = sum(is_taken(books[one]) for one in references)
        if taken != times:
            raise Unexpected(f"{way}: the gateway took the money of {taken} charges of {times}")


def _by_view(
    wire: requests.Session, url: str, card: Row, amount_minor: int, key: str
) -> requests.Response:
    body = {"form_key": key, "card": card["id"], "amount_minor": amount_minor, "currency": "AED"}
    return wire.post(f"{url}/minimal/", json=body, timeout=TIMEOUT_S)


def _by_api(
    wire: requests.Session, url: str, card: Row, api_key: str, amount_minor: int, key: str
) -> requests.Response:
    body: dict[str, Any] = {
        "customer": f"C-{1000 + card['customer_id']}",
        "card": card["id"],
        "amount_minor": amount_minor,
        "currency": "AED",
    }
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": key}
    return wire.post(f"{url}/api/v1/orders", json=body, headers=headers, timeout=TIMEOUT_S)


if __name__ == "__main__":
    sys.exit(main())
