"""The stand-in gateway while the demo's story is told: its own process, its books in a file."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings

from orders.demo import people

STARTS_WITHIN_S = 20.0
BINS = {"0001": "400555", "2346": "512345", "4564": "345678", "0242": "491678"}


@contextmanager
def running(books: Path) -> Iterator[None]:
    """Run the stand-in at the address the office talks to, knowing the cards of the demo's
    customers. Raises ``RuntimeError`` with its own sentence when it does not start.
    """
    address = urlsplit(settings.APS_API_URL)
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder, "tokens.json")
        seed.write_text(json.dumps({"tokens": _tokens()}), encoding="utf-8")
        command = [sys.executable, "-m", "orders.sandbox", "--books", str(books)]
        command += ["--host", str(address.hostname), "--port", str(address.port)]
        process = subprocess.Popen(
            [*command, "--seed", str(seed)],
            env=os.environ | {"SANDBOX_FEEDBACK_URL": ""},
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _wait(process, f"{address.scheme}://{address.netloc}/health")
            yield
        finally:
            process.terminate()
            process.wait()


def token_name(last_four: str, number: int) -> str:
    """The name under which the stand-in keeps customer ``number``'s card."""
    return f"demo-{last_four}-{number:04d}"


def _tokens() -> list[dict[str, str]]:
    """Every card that a customer of the story may have."""
    outcomes = dict.fromkeys(people.CARDS, "approved") | {people.DECLINED_CARD: "declined"}
    return [
        {
            "token_name": token_name(last_four, number),
            "card_number": f"{BINS[last_four]}******{last_four}",
            "brand": brand,
            "expiry_date": people.EXPIRY,
            "outcome": outcome,
        }
        for (brand, last_four), outcome in outcomes.items()
        for number in range(people.CUSTOMERS)
    ]


def _wait(process: "subprocess.Popen[str]", health_url: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            said = process.stderr.read().strip() if process.stderr else ""
            raise RuntimeError(said or "The stand-in gateway ended at once.")
        try:
            with urlopen(health_url, timeout=1):  # noqa: S310  http on loopback
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("The stand-in gateway did not start.")
