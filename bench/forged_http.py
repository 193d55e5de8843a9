"""Forged messages over HTTP: several client processes against an office with open charges."""

import http.client
import multiprocessing
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from urllib.parse import urlsplit

from bench.forgeries import Forgery, forgeries
from bench.running_office import WEB_PROCESSES, RunningOffice
from bench.true_messages import Target
from bench.whole_database import rows

CLIENTS = 4
CHUNK = 500
SHOWN = 5
NOTED_A_DAY = 100  # of each reason; written down again, so that no office excuses itself
PATHS = {"feedback": "/gateway/feedback/", "card return": "/orders/card-return/"}
REFUSALS = {400, 403, 413}
# What strangers may leave behind: counts, a line a while about card numbers, and notes by reason.
LEFT_BEHIND = {
    "office_cache": "",
    "orders_event": "kind <> 'card_number_refused'",
    "orders_evidence": "verified",
}
NOTES = (
    "SELECT reason, count(*) AS number FROM orders_evidence"
    " WHERE NOT verified AND source = 'feedback' GROUP BY reason"
)


@dataclass
class Flood:
    """What became of a flood of forged messages."""

    database: str = ""
    sent: int = 0
    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def too_many_notes(self) -> list[str]:
        """Reasons with more notes than are kept; processes that count at once may pass by few."""
        most = NOTED_A_DAY + WEB_PROCESSES
        return [reason for reason, number in self.notes.items() if number > most]

    @property
    def is_clean(self) -> bool:
        return not (self.accepted or self.changed or self.too_many_notes)

    def table(self) -> str:
        """For people."""
        if not self.sent:
            return "Nothing was sent over HTTP."
        heading = (
            f"HTTP, {self.database}: {self.sent:,} forged messages in {self.seconds:.0f} s"
            f" ({self.sent / self.seconds:.0f}/s), {len(self.accepted)} accepted,"
            f" {len(self.changed)} rows changed, {sum(self.notes.values())} notes of"
            f" {len(self.notes)} reasons"
        )
        lines = [
            heading,
            *(f"  {number:>9,}  answered {code}" for code, number in sorted(self.answers.items())),
            *(f"  ACCEPTED: {one}" for one in self.accepted[:SHOWN]),
            *(f"  CHANGED: {one}" for one in self.changed[:SHOWN]),
            *(f"  TOO MANY NOTES: {reason} {self.notes[reason]}" for reason in self.too_many_notes),
        ]
        return "\n".join(lines)


def flood(seed: int, number: int, settings: dict[str, str] | None = None) -> Flood:
    """Send ``number`` forgeries about charges that are open, and look for what they changed.
    ``settings`` are the office's.
    """
    manners = {"feedback": "off"}
    with RunningOffice(seed, settings=settings, manners=manners, resolves=False) as office:
        targets = open_charges(office)
        before, began = set(rows(office.database, LEFT_BEHIND)), time.monotonic()
        result = Flood(office.database.name)
        chunks = [(place, min(CHUNK, number - place)) for place in range(0, number, CHUNK)]
        post = partial(_post, office.office_url, targets, seed)
        with multiprocessing.get_context("spawn").Pool(CLIENTS) as pool:
            for answers, accepted in pool.imap_unordered(post, chunks):
                result.answers += answers
                result.accepted += accepted
        result.seconds, result.sent = time.monotonic() - began, sum(result.answers.values())
        result.changed = sorted(before ^ set(rows(office.database, LEFT_BEHIND)))
        found = office.database.rows(NOTES)
        result.notes = {row["reason"]: row["number"] for row in found}
    return result


def open_charges(office: RunningOffice) -> list[Target]:
    """Charges that a forged message could settle: some wait for a card, some for an answer."""
    agent = office.agent()
    card = office.stored_card(agent)
    for _each in range(3):
        agent.start_new_card("12.50")
        agent.charge_stored("19.20", customer=card["customer_id"], card=card["id"])
    found = office.database.open_rows()
    amounts = office.database.rows("SELECT merchant_reference, amount_minor FROM orders_operation")
    minor = {row["merchant_reference"]: str(row["amount_minor"]) for row in amounts}
    references = [row["merchant_reference"] for row in found]
    return [Target(reference, minor[reference], "AED") for reference in references]


def _post(
    office_url: str, targets: list[Target], seed: int, chunk: tuple[int, int]
) -> tuple[Counter[int], list[str]]:
    """Post one chunk; how it was answered, and what was not refused."""
    chance = Random(f"{seed}:http:{chunk[0]}")
    answers: Counter[int] = Counter()
    accepted = []
    wire = http.client.HTTPConnection(urlsplit(office_url).netloc, timeout=60)
    return_url = f"{office_url}{PATHS['card return']}"
    for forgery in forgeries(targets, return_url, chance, chunk[1]):
        if forgery.says_the_truth:
            continue
        status = _answer(wire, forgery)
        answers[status] += 1
        if status not in REFUSALS:
            accepted.append(f"{status} {forgery.kind} at {forgery.door}: {forgery.body[:1000]!r}")
    wire.close()
    return answers, accepted


def _answer(wire: http.client.HTTPConnection, forgery: Forgery) -> int:
    wire.request("POST", PATHS[forgery.door], forgery.body, {"Content-Type": forgery.content_type})
    with wire.getresponse() as answer:
        answer.read()
        return answer.status
