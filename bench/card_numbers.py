"""Does a card number stay anywhere that somebody sends where it does not belong?

    python -m bench.card_numbers --numbers 200 --seed 7

Every address of the office gets card numbers in every place of a request, in twelve spellings,
from somebody with every right. Each spelling meets each place, and the numbers take turns. Then
everything that was written is searched: tables, sessions, files of the database, what the processes
printed (errors and mails too), and, while it goes on, every answer. The exit code is 0 when
nothing was found but the control: a number with a wrong check digit, which may be stored.
"""

import argparse
import importlib
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from unittest.mock import patch
from urllib.parse import urljoin

from bench.agent import PASSWORD, TIMEOUT_S, Agent
from bench.card_spellings import SPELLINGS, card_numbers, found_in
from bench.faults.ledgers import Database
from bench.running_office import RunningOffice
from bench.whole_database import opened, rows

CLIENTS = 4
SHOWN = 10
EVERYTHING = (
    "from django.contrib.auth.models import Permission; from orders.models import Staff;"
    f"chief = Staff.objects.create_user('everybody', password='{PASSWORD}', is_staff=True);"
    "chief.user_permissions.set(Permission.objects.all())"
)
SETTINGS = {"LOG_LEVEL": "DEBUG", "GUNICORN_CMD_ARGS": "--error-logfile -"}
REFERENCES = 20_000
SHAPES = (
    "MO-{0:05}-1-R1",
    "PO {0:08}",
    "{0:012}",
    "INV/2026/{0:06}",
    "A-{0:07}",
    "SO{0:09}-{1:02}",
)
Try = tuple[str, str, str, str, int]  # address, way, spelling, number, place


@dataclass
class Search:
    """What was sent, and where it was found again."""

    database: str
    seed: int
    sent: int = 0
    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    searched: Counter[str] = field(default_factory=Counter)
    hits: list[str] = field(default_factory=list)
    control: set[str] = field(default_factory=set)
    references: int = 0  # of REFERENCES that are no card numbers, but refused as such

    @property
    def is_clean(self) -> bool:
        """A search that does not find the control finds nothing at all."""
        failures = sum(number for code, number in self.answers.items() if code >= 500)
        is_strict = self.references * 1000 < REFERENCES
        return not self.hits and not failures and is_strict and {"tables", "files"} <= self.control

    def table(self) -> str:
        """For people."""
        heading = (
            f"{self.database}, seed {self.seed}: {self.sent:,} requests with a card number in"
            f" {self.seconds:.0f} s, {len(self.hits)} found again;"
            f" the control was found in {', '.join(sorted(self.control)) or 'nothing'}"
        )
        lines = [
            f"  {self.references:>9,}  of {REFERENCES:,} references refused, limit 1 in 1,000",
            *(f"  {number:>9,}  answered {code}" for code, number in sorted(self.answers.items())),
            *(f"  {number:>9,}  passed the door as {way}" for way, number in self.passed.items()),
            *(f"  {number:>9,}  bytes of {what}" for what, number in self.searched.items()),
            *(f"  FOUND: {one}" for one in self.hits[:SHOWN]),
        ]
        return "\n".join([heading, *lines])


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="bench.card_numbers", description=__doc__.splitlines()[0])
    parser.add_argument("--numbers", type=int, default=200)
    parser.add_argument("--entries", type=int, help="only so many places, drawn by the seed")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    result = look(options.numbers, options.entries, options.seed)
    print(result.table(), flush=True)
    return 0 if result.is_clean else 1


def look(numbers: int, entries: int | None, seed: int) -> Search:
    """Send everything, then search everything."""
    chance = Random(seed)
    cards = card_numbers(numbers, chance)
    with RunningOffice(seed, settings=SETTINGS, server_log="info") as office:
        with patch.dict(os.environ, {"DEMO": "true", "DATABASE_URL": office.database.url}):
            points = importlib.import_module("bench.entry_points")  # sets Django up
        places = points.entries()
        chance.shuffle(places)
        tries = _tries(places[:entries], cards)
        result, began = Search(office.database.name, seed), time.monotonic()
        result.references = sum(map(points.is_refused, _references(chance)))
        office._manage("shell", "--verbosity", "0", "-c", EVERYTHING)
        _send_control(office, cards[0])
        with ThreadPoolExecutor(CLIENTS) as hands:
            shares = [tries[client::CLIENTS] for client in range(CLIENTS)]
            agents = [office.agent("everybody") for _each in shares]
            for said in hands.map(_send, agents, shares):
                result.answers += said.answers
                result.passed += said.passed
                result.hits += said.hits
        _type_commands(office, cards)
        result.sent, result.seconds = len(tries), time.monotonic() - began
        search(office.database, office.folder, office.server_folder(), cards, result)
    return result


def _tries(places: list[tuple[str, str]], cards: list[str]) -> list[Try]:
    """Each place with each spelling; numbers and fields take turns."""
    tries = []
    for place, (address, way) in enumerate(places):
        for turn, spelling in enumerate(SPELLINGS):
            number = cards[(place * len(SPELLINGS) + turn) % len(cards)]
            tries.append((address, way, spelling, number, place + turn))
    return tries


def _references(chance: Random) -> Iterator[str]:
    """Order references as shops write them."""
    for _each in range(REFERENCES):
        yield chance.choice(SHAPES).format(chance.randrange(10**6), chance.randrange(100))


def _send(agent: Agent, tries: list[Try]) -> Search:
    """One client's share, and the answers that hold what was sent."""
    points, said = sys.modules["bench.entry_points"], Search("", 0)
    for address, way, spelling, number, place in tries:
        path, request = points.request(address, way, SPELLINGS[spelling](number), place)
        token = {"X-CSRFToken": agent.wire.cookies.get("office_csrf", "")}
        request["headers"] = token | request.get("headers", {})
        url = urljoin(agent.office_url, path)
        answer = agent.wire.request(url=url, timeout=TIMEOUT_S, allow_redirects=False, **request)
        said.answers[answer.status_code] += 1
        if answer.status_code not in (400, 413):
            said.passed[way] += 1
        if found_in(answer.content + str(answer.headers).encode(), [number]):
            field = points.FIELDS[place % len(points.FIELDS)]
            said.hits.append(
                f"answer {answer.status_code} to {way}, {spelling}, at {address} ({field})"
            )
    return said


def wrong(number: str) -> str:
    """The number with another check digit: no card's."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def _send_control(office: RunningOffice, number: str) -> None:
    agent = office.agent("everybody")
    fields = {"name": "Canary", "address": f"Cage {wrong(number)}", "language": "en"}
    agent.wire.headers["X-CSRFToken"] = agent.wire.cookies["office_csrf"]
    agent.post("/customers/new/", fields)
    agent.get(f"/orders/{wrong(number)}/")


def _type_commands(office: RunningOffice, cards: list[str]) -> None:
    """Commands whose arguments could end in a row; they answer to who typed them."""
    for spell, number in islice(zip(SPELLINGS.values(), cards, strict=False), 3):
        office._run("unlock", spell(number))
        office._run("verify_audit", "--chain", spell(number))


def search(
    database: Database, folder: Path, server: Path | None, cards: list[str], result: Search
) -> None:
    """Look for the cards, and for the control, in everything that was written."""
    wanted, control = cards, wrong(cards[0])
    for row in (*(row.encode() for row in rows(database)), *opened(database)):
        result.searched["tables"] += len(row)
        result.hits += [f"row {row[:60]!r}: {number}" for number in found_in(row, wanted)]
        if found_in(row, [control]):
            result.control.add("tables")
    files = [path for path in folder.rglob("*") if path.is_file()]
    if server:
        files += [path for part in ("base", "pg_wal") for path in (server / part).rglob("*")]
    for path in files:
        if path.is_file():
            data = path.read_bytes()
            result.searched["files"] += len(data)
            result.hits += [f"file {path.name}: {number}" for number in found_in(data, wanted)]
            if found_in(data, [control]):
                result.control.add("files" if path.name != "log" else "log")


if __name__ == "__main__":
    sys.exit(main())
