"""Does anything pass that the gateway never sent?

    python -m bench.forged --messages 1000000 --http 200000 --seed 7

First at the verifier, in as many processes as there are cores; then over HTTP at a running office
on the database of DATABASE_URL (or SQLite). The exit code is 0 when nothing was accepted and no row
was written but the first few notes of each reason.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from urllib.parse import urlencode

from bench.forged_http import Flood, flood
from bench.forgeries import FORM_TYPE, Forgery, forgeries
from bench.true_messages import ACCOUNT, Target, card_return, feedback, resplits
from orders.gateway import Merchant, NotTrusted, read_card_return, read_feedback
from orders.gateway.strict import Misread, form_pairs

CHUNK = 10_000
SHOWN = 5
RETURN_URL = "https://office.example/orders/card-return/"
TARGETS = [Target(f"MO-{10_000 + n}-1", str(100 * n), "AED") for n in range(1, 50)]
MERCHANT = Merchant(
    identifier=ACCOUNT.merchant_identifier,
    access_code=ACCOUNT.access_code,
    sha_type=ACCOUNT.sha_type,
    request_phrase=ACCOUNT.request_phrase,
    response_phrase=ACCOUNT.response_phrase,
    api_url="https://gateway.example/api",
    page_url="https://gateway.example/page",
)
Reader = Callable[[Forgery], object]


@dataclass
class Tally:
    """How many of each kind were tried, and the bodies that passed."""

    tried: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    true: int = 0  # bent into another spelling of the very message

    def add(self, other: "Tally") -> None:
        """Count what another chunk found, too."""
        self.tried += other.tried
        self.accepted += other.accepted
        self.true += other.true


def main() -> int:
    """0 when nothing passed."""
    parser = argparse.ArgumentParser(prog="bench.forged", description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=200_000, help="at the verifier")
    parser.add_argument("--http", type=int, default=2_000, help="at a running office")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    found, began = Tally(), time.monotonic()
    with multiprocessing.Pool() as pool:
        chunks = range(-(-options.messages // CHUNK))
        size = min(CHUNK, options.messages)
        for one in pool.imap_unordered(partial(tally, options.seed, size), chunks):
            found.add(one)
    print(_table(found, options.seed, time.monotonic() - began), flush=True)
    over_http = flood(options.seed, options.http) if options.http else Flood()
    print(over_http.table(), flush=True)
    return 0 if not found.accepted and over_http.is_clean else 1


def read(forgery: Forgery) -> object:
    """What the office makes of it. Raises ``Misread`` or ``NotTrusted``."""
    if forgery.door == "feedback":
        return read_feedback(MERCHANT, forgery.body, forgery.content_type)
    if forgery.content_type != FORM_TYPE:
        raise Misread("not_form")
    return read_card_return(MERCHANT, form_pairs(forgery.body), return_url=RETURN_URL)


def tally(seed: int, number: int, place: int, reader: Reader = read) -> Tally:
    """Try ``number`` forgeries of one chunk, among them every re-cut of two true messages."""
    chance, found = Random(f"{seed}:{place}"), Tally()
    recut = list(_every_recut(chance))[: number // 2]
    others = forgeries(TARGETS, RETURN_URL, chance, number - len(recut))
    for forgery in (*recut, *others):
        found.tried[forgery.kind] += 1
        try:
            reader(forgery)
        except (Misread, NotTrusted):
            continue
        if forgery.says_the_truth:
            found.true += 1
        else:
            found.accepted.append(f"{forgery.kind} at {forgery.door}: {forgery.body[:2000]!r}")
    return found


def _every_recut(chance: Random) -> Iterator[Forgery]:
    target = chance.choice(TARGETS)
    for door, true in (
        ("feedback", feedback(target, chance)),
        ("card return", card_return(target, chance, RETURN_URL)),
    ):
        for message in resplits(true):
            body = urlencode(message).encode()
            yield Forgery("cut up anew, in every way", door, body, FORM_TYPE, true)


def _table(found: Tally, seed: int, seconds: float) -> str:
    total = sum(found.tried.values())
    heading = (
        f"Verifier, seed {seed}: {total:,} forged messages in {seconds:.0f} s,"
        f" {len(found.accepted)} accepted"
    )
    lines = [
        heading,
        *(f"  {number:>9,}  {kind}" for kind, number in sorted(found.tried.items())),
        f"  {found.true:>9,}  of them changed nothing that is said",
        *(f"  ACCEPTED: {one}" for one in found.accepted[:SHOWN]),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
