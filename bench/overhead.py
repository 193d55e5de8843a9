"""How much time a charge takes beyond the gateway's own.

    python -m bench.overhead --charges 240 --rate 2

Agents press Charge for stored cards over HTTP, at a steady pace; the stand-in takes a known time to
answer. What is left is ours (and the stand-in's own work, which counts against us). The exit code
is 0 when 95 of 100 charges stay within the limit of the database.
"""

import argparse
import re
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Self

import requests

from bench.agent import Agent
from bench.faults.ledgers import Row
from bench.running_office import RunningOffice

LIMIT_MS = {"SQLite": 250, "PostgreSQL": 150}
GATEWAY_S = 0.3
AGENTS = 6
UNMEASURED = 4  # the first charge of a process imports, connects and compiles
_TIMING = re.compile(r'(\w+);dur=([0-9.]+)(?:;desc="(\d+)")?')


@dataclass(frozen=True)
class Charge:
    """One press: milliseconds from the request to its answer, and where they went."""

    total_ms: float
    spent_ms: dict[str, float]
    number: dict[str, int]

    @classmethod
    def heard(cls, answer: requests.Response, total_ms: float) -> Self:
        """As an office of bench.timed_wsgi tells of it."""
        timings = _TIMING.findall(answer.headers["Server-Timing"])
        return cls(
            total_ms,
            {what: float(ms) for what, ms, _number in timings},
            {what: int(number or 1) for what, _ms, number in timings},
        )

    @property
    def ours_ms(self) -> float:
        """Without the gateway's own time."""
        return self.total_ms - 1000 * GATEWAY_S


def percentile_95(charges: list[Charge]) -> float:
    """The milliseconds of ours that 95 of 100 charges stay within."""
    return sorted(one.ours_ms for one in charges)[int(len(charges) * 0.95) - 1]


@dataclass
class Overhead:
    """All presses of a run."""

    database: str
    seed: int
    charges: list[Charge] = field(default_factory=list)

    @property
    def p95_ms(self) -> float:
        """What 95 of 100 charges stay within."""
        return percentile_95(self.charges)

    @property
    def is_clean(self) -> bool:
        return self.p95_ms <= LIMIT_MS[self.database]

    def table(self) -> str:
        """For people."""
        ours = [one.ours_ms for one in self.charges]
        in_office = self._mean("total")
        python = in_office - 1000 * GATEWAY_S - self._mean("queries") - self._mean("commits")
        outside = statistics.mean(one.total_ms for one in self.charges) - in_office
        heading = (
            f"{self.database}, seed {self.seed}: {len(ours)} charges beside a gateway that takes"
            f" {1000 * GATEWAY_S:.0f} ms; ours p95 {self.p95_ms:.0f} ms"
            f" (limit {LIMIT_MS[self.database]} ms)"
        )
        lines = [
            (statistics.median(ours), "median"),
            (max(ours), "longest"),
            (self._mean("queries"), f"in {self._times('queries'):.0f} queries, on average"),
            (self._mean("commits"), f"in {self._times('commits'):.0f} commits"),
            (python, "in Python, on the wire, and in the stand-in's own books"),
            (outside, "in front of the office: waiting for a worker, HTTP"),
        ]
        return "\n".join([heading, *(f"  {ms:7.1f} ms  {what}" for ms, what in lines)])

    def _mean(self, what: str) -> float:
        return statistics.mean(one.spent_ms[what] for one in self.charges)

    def _times(self, what: str) -> float:
        return statistics.mean(one.number[what] for one in self.charges)


def main() -> int:
    """0 when the limit holds."""
    parser = argparse.ArgumentParser(prog="bench.overhead", description=__doc__.splitlines()[0])
    parser.add_argument("--charges", type=int, default=120)
    parser.add_argument("--rate", type=float, default=2.0, help="charges a second")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    result = measure(options.charges, options.rate, options.seed)
    print(result.table(), flush=True)
    return 0 if result.is_clean else 1


def measure(charges: int, rate: float, seed: int) -> Overhead:
    """Press Charge ``charges`` times, ``rate`` times a second, a little unevenly."""
    manners = {"delay_after_commit_s": GATEWAY_S}
    with RunningOffice(seed, wsgi="bench.timed_wsgi", manners=manners) as office:
        agents = [office.agent() for _each in range(AGENTS)]
        card, chance = office.stored_card(agents[0]), Random(seed)
        result, starts = Overhead(office.database.name, seed), time.monotonic() + 1
        with ThreadPoolExecutor(AGENTS) as hands:
            pressed = []
            for number in range(UNMEASURED + charges):
                due = starts + (number + chance.uniform(-0.3, 0.3)) / rate
                agent, amount = agents[number % AGENTS], f"{chance.randrange(10, 900)}.00"
                pressed.append(hands.submit(_press, agent, amount, card, due))
            result.charges = [one.result() for one in pressed][UNMEASURED:]
    return result


def _press(agent: Agent, amount: str, card: Row, due: float) -> Charge:
    """Fill the form, wait until it is time, press."""
    form = agent.order_form(amount, customer=str(card["customer_id"]), card=str(card["id"]))
    time.sleep(max(0.0, due - time.monotonic()))
    began = time.perf_counter()
    answer = agent.pressed(form)
    total_ms = 1000 * (time.perf_counter() - began)
    return Charge.heard(answer, total_ms)


if __name__ == "__main__":
    sys.exit(main())
