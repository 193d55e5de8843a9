"""The lines of the README that charge a stored card do it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from orders.models import Order, StoredCard
from tests.api.conftest import Machine

README = Path(__file__).parents[2].joinpath("README.md").read_text()
ABOUT = README.partition("## Charge a stored card from your shop")[2].partition("\n## ")[0]
pytestmark = pytest.mark.django_db(transaction=True)


def lines(kind: str, card: StoredCard) -> str:
    """The lines in the README of that kind, for a card that is there."""
    found = re.search(rf"```{kind}\n(.*?)```", ABOUT, re.DOTALL)
    assert found
    text = found[1].replace("C-1001", card.customer.number)
    return text.replace('"card": 1,', f'"card": {card.pk},')


def run(command: list[str], server: LiveServer, shop: Machine) -> str:
    environment = {"OFFICE": server.url, "MOTO_KEY": shop.key, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_lines_charge_a_stored_card(
    live_server: LiveServer, shop: Machine, card: StoredCard
) -> None:
    said = run([sys.executable, "-c", lines("python", card)], live_server, shop)
    order = Order.objects.get()
    assert said.split()[:2] == [f"{order.number}-1", "approved"]
    assert (order.status, order.captured_minor) == ("charged", 12_500)


@pytest.mark.skipif(not shutil.which("curl"), reason="the lines are for curl")
def test_the_lines_of_curl_charge_a_stored_card(
    live_server: LiveServer, shop: Machine, card: StoredCard
) -> None:
    text = lines("sh", card).partition("\n")[2].replace("$(uuidgen)", "7f1c2a2e-5b1d-4c59")
    said = run(["/bin/sh", "-c", text], live_server, shop)
    order = Order.objects.get()
    assert said.count(order.number) >= 2
    assert (order.status, order.reference) == ("charged", "WEB-2041")


def test_they_are_ten_lines_each() -> None:
    for kind in ("sh", "python"):
        found = re.search(rf"```{kind}\n(.*?)```", ABOUT, re.DOTALL)
        assert found
        assert 8 <= len(found[1].strip().replace("\n\n", "\n").split("\n")) <= 10
