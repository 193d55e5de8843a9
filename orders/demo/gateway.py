"""The stand-in gateway while the demo's story is told: its own process, its books in a file."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from orders.demo import people

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
        with subprocess.Popen(
            [*command, "--seed", str(seed)],
            env=os.environ | {"SANDBOX_FEEDBACK_URL": ""},
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                # It says where it stands once it listens; somebody else may answer there before.
                if not (process.stdout and process.stdout.readline()):
                    raise RuntimeError(process.communicate()[1].strip())
                yield
            finally:
                process.terminate()


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
