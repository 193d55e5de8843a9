"""Does an office that is restarted all the time keep its promises?

    python -m bench.restarts --seconds 180 --away 30 --seed 7

Agents charge stored cards over HTTP, and press again what was cut short, while every two seconds
a web worker and a resolver are restarted, and now and then all web workers at once. For a while
the gateway is away; then PostgreSQL is restarted (only a server that tests/postgres.py started).
Afterwards the gateway's books are held against the database. The exit code is 0 when no promise was
broken and work went on within a minute after each blow.
"""

import argparse
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import requests

from bench.agent import Agent, Unexpected
from bench.faults.invariants import breaches
from bench.faults.ledgers import Row, is_undecided
from bench.shaken_office import ShakenOffice

AGENTS = 3
EVERY_S = 2
RELOAD_EVERY = 8
RECOVERED_WITHIN_S = 60
GIVES_UP_AFTER_S = 240
AGAIN_AFTER_S = 0.3
SHOWN = 5


@dataclass
class Shaken:
    """What a run came to. ``recovered_s`` tells after what, and how long nothing was charged."""

    database: str
    seed: int
    blows: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    recovered_s: dict[str, float] = field(default_factory=dict)
    breaches: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        in_time = all(seconds <= RECOVERED_WITHIN_S for seconds in self.recovered_s.values())
        return in_time and not any(self.breaches.values())

    def table(self) -> str:
        """For people."""
        lines = [
            f"{self.database}, seed {self.seed}",
            *(f"  {number:>7,}  times {what}" for what, number in self.blows.items()),
            *(f"  {number:>7,}  presses {what}" for what, number in self.said.most_common()),
            *(f"  {number:>7,}  operations {what}" for what, number in self.statuses.items()),
            *(f"  {took_s:7.1f}  s after {what}" for what, took_s in self.recovered_s.items()),
            *(f"  {len(found):>7,}  {rule}" for rule, found in self.breaches.items()),
        ]
        for rule, found in self.breaches.items():
            lines += [f"  {rule.upper()}: {sentence}" for sentence in found[:SHOWN]]
        return "\n".join(lines)


def main() -> int:
    """0 when no promise was broken."""
    parser = argparse.ArgumentParser(prog="bench.restarts", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--away", type=int, default=10, help="seconds without a gateway")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    result = shake(options.seconds, options.away, options.seed)
    print(result.table(), flush=True)
    return 0 if result.is_clean else 1


def shake(seconds: float, away_s: float, seed: int, *, owns_database: bool = True) -> Shaken:
    """One run of ``seconds`` under load."""
    manners = {"delay_after_commit_s": 0.05}
    with ShakenOffice(seed, owns_database=owns_database, manners=manners) as office:
        result, load = Shaken(office.database.name, seed), Load(office, seed)
        back_at = _strike(office, result, seconds, away_s)
        load.stop()
        result.recovered_s = {what: load.idle_since(moment) for what, moment in back_at.items()}
        result.recovered_s["the last press nothing was open"] = _wait_until_quiet(office)
        mine, books = office.database.office(), office.gateway_books()
        result.breaches = breaches(mine, books, office.received())
        result.breaches["trail broken"] = [] if office.trail_is_whole() else ["verify_audit fails"]
        result.said = load.said
        result.statuses = Counter(row["status"] for row in mine.operations)
    return result


def _strike(
    office: ShakenOffice, result: Shaken, seconds: float, away_s: float
) -> dict[str, float]:
    """Restart everything in turn; the moments at which what was away was back."""
    began, back_at = time.monotonic(), {}
    while (spent := time.monotonic() - began) < seconds:
        office.restart_web_worker()
        office.restart_resolver()
        result.blows["a web worker and a resolver restarted"] += 1
        if result.blows["a web worker and a resolver restarted"] % RELOAD_EVERY == 0:
            office.reload_web()
            result.blows["all web workers restarted at once"] += 1
        if spent > seconds / 4 and "the gateway was back" not in back_at:
            office.lose_gateway(away_s)
            back_at["the gateway was back"] = time.monotonic()
            result.blows[f"the gateway away for {away_s:.0f} s"] += 1
        if spent > seconds / 2 and "the database was back" not in back_at:
            is_done = office.restart_database()
            back_at["the database was back"] = time.monotonic()
            result.blows["the database restarted"] += is_done
        time.sleep(max(0.0, EVERY_S - (time.monotonic() - began) % EVERY_S))
    return back_at


def _wait_until_quiet(office: ShakenOffice) -> float:
    """Seconds until nothing was open that the gateway can settle; gives up after a while."""
    began = time.monotonic()
    while time.monotonic() - began < GIVES_UP_AFTER_S:
        books = office.gateway_books()
        open_rows = [
            row
            for row in office.database.open_rows()
            if not (order := books.get(row["merchant_reference"])) or not is_undecided(order)
        ]
        if office.postman.is_idle and not open_rows:
            break
        time.sleep(0.5)
    return time.monotonic() - began


class Load:
    """Agents at work until ``stop``."""

    def __init__(self, office: ShakenOffice, seed: int) -> None:
        self.said: Counter[str] = Counter()
        self._charged_at: list[float] = []
        self._ended = threading.Event()
        agents = [office.agent() for _each in range(AGENTS)]
        card = office.stored_card(agents[0])
        self._hands = [
            threading.Thread(target=self._work, args=[agent, card, Random(f"{seed}:{number}")])
            for number, agent in enumerate(agents)
        ]
        for hand in self._hands:
            hand.start()

    def stop(self) -> None:
        """Let everybody finish what they do."""
        self._ended.set()
        for hand in self._hands:
            hand.join()

    def idle_since(self, moment: float) -> float:
        """Seconds from ``moment`` to the next charge that was approved; for ever if none was."""
        return min((at - moment for at in self._charged_at if at >= moment), default=float("inf"))

    def _work(self, agent: Agent, card: Row, chance: Random) -> None:
        form: dict[str, str] = {}
        while not self._ended.is_set():
            try:
                if not form:
                    form = agent.order_form(
                        f"{chance.randrange(10, 900)}.00",
                        customer=str(card["customer_id"]),
                        card=str(card["id"]),
                    )
                page = agent.get(agent.submit(form)).text
            except (requests.RequestException, Unexpected) as error:
                self.said[f"cut short: {type(error).__name__} {str(error)[:10]}"] += 1
                time.sleep(AGAIN_AFTER_S)
                continue
            form = {}
            if "result-approved" in page:
                self._charged_at.append(time.monotonic())
            self.said["approved" if "result-approved" in page else "not known yet"] += 1


if __name__ == "__main__":
    sys.exit(main())
