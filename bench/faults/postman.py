"""Between the gateway and the office: delivers every notification none to three times, late, out of
order, and again until it is acknowledged; keeps all of them to be replayed.
"""

import heapq
import itertools
import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.faults.plan import SEEN_TOO_LATE, notifications

Letter = tuple[bytes, str]
TRIES = 30
REFUSED = 403
SURELY = "X-Surely"  # the header of a letter that must not be lost


class Postman:
    """Takes letters from the gateway at ``url`` and carries them to the office at ``target``."""

    def __init__(self, seed: int, carriers: int = 3) -> None:
        self.target = ""
        self.letters: list[Letter] = []  # those that were acknowledged
        self.delivered = 0
        self.of_pages = 0  # refused rightly: they name a page to go to, which no charge here has
        self.undelivered: list[Letter] = []
        self._seed = seed
        self._wanted: set[str] = set()
        self._held: list[Letter] | None = []
        self._waiting: list[tuple[float, int, Letter, int]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._carried = 0
        postman = self

        class Box(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                postman.take(body, self.headers["Content-Type"], surely=SURELY in self.headers)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """What arrives is counted, not printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Box)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        for work in (self._server.serve_forever, *[self._carry] * carriers):
            threading.Thread(target=work, daemon=True).start()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        with self._changed:
            return not self._waiting and not self._carried

    def take(self, body: bytes, kind: str, *, surely: bool = False) -> None:
        """Keep a letter, and plan when and how often it is delivered; ``surely`` at least once."""
        letter, said = (body, kind), _fields(body)
        with self._changed:
            if _is_charge(said) and said.get("amount", "").endswith(SEEN_TOO_LATE):
                if self._held is not None:
                    self._held.append(letter)
                    return
                delays = [0.0]
            else:
                reference, code = said.get("merchant_reference", ""), said["response_code"]
                is_charge = _is_charge(said)
                names = ("maintenance_reference", "amount")
                act = "" if is_charge else ":".join(said.get(name, "") for name in names)
                delays = notifications(reference, code + act, self._seed)
                if surely or (is_charge and reference in self._wanted):
                    # Nothing but feedback tells of it.
                    delays = delays or [0.0]
            for delay_s in delays:
                self._plan(letter, delay_s)

    def let_go(self) -> None:
        """Deliver what was held back."""
        with self._changed:
            held, self._held = self._held or [], None
            for letter in held:
                self._plan(letter, 0.0)

    def want(self, merchant_reference: str) -> None:
        """Lose no notification about this charge from now on: nobody asks about it any more."""
        with self._changed:
            self._wanted.add(merchant_reference)

    def replay(self, times: int, most: int | None) -> int:
        """Deliver the history again, in random order: all of it, or ``most`` letters. Returns how
        many that are.
        """
        with self._changed:
            known = sorted(set(self.letters))
            most = min(most or len(known), len(known))
            for round_ in range(times):
                chance = random.Random(f"{self._seed}:replay:{round_}")
                for letter in chance.sample(known, most):
                    self._plan(letter, chance.uniform(0, 0.5))
        return most

    def _plan(self, letter: Letter, delay_s: float, tries: int = TRIES) -> None:
        due = time.monotonic() + delay_s
        heapq.heappush(self._waiting, (due, next(self._numbers), letter, tries))
        self._changed.notify()

    def _carry(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    self._changed.wait(0.1)
                _due, _number, letter, tries = heapq.heappop(self._waiting)
                self._carried += 1
            status = self._deliver(letter)
            with self._changed:
                self._carried -= 1
                if 200 <= status < 300:
                    self.delivered += 1
                    self.letters.append(letter)
                elif status == REFUSED and b"3ds_url" in letter[0]:
                    self.of_pages += 1
                elif status != REFUSED and tries > 1:
                    self._plan(letter, 0.5, tries - 1)
                else:
                    self.undelivered.append(letter)

    def _deliver(self, letter: Letter) -> int:
        body, kind = letter
        request = urllib.request.Request(self.target, body, {"Content-Type": kind})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            with answer:
                return int(answer.code)
        except OSError:
            return 0


def _is_charge(said: dict[str, str]) -> bool:
    return said.get("command") in ("PURCHASE", "AUTHORIZATION")


def _fields(body: bytes) -> dict[str, str]:
    text = body.decode()
    return json.loads(text) if text.startswith("{") else dict(urllib.parse.parse_qsl(text))
