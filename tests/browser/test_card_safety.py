"""Promise 1 in the real thing: an office of its own processes, and a search of all it wrote."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from orders.sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent.parent
AMEX, CVV = "345678901234564", "7391"
SPELLINGS = [AMEX, "3456 789012 34564", "3456-789012-34564", "3456%20789012%2034564"]
CVV_ALONE = re.compile(rb"(?<![0-9a-zA-Z.])7391(?![0-9a-zA-Z])")
MAKE_AGENT = (
    "from orders.demo.history import make_staff; make_staff()",
    "from django.core.cache import cache; cache.clear()",
)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[str]:
    """An office served by gunicorn; everything it writes is in ``tmp_path``."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with Sandbox(feedback_urls=[f"{address}/gateway/feedback/"]) as box:
        environment = os.environ | {
            "DEMO": "true",
            "DATABASE_URL": f"sqlite:///{tmp_path}/office.sqlite3",
            "SITE_URL": address,
            "APS_API_URL": box.api_url,
            "APS_PAGE_URL": box.page_url,
        }
        for words in (["migrate"], ["createcachetable"], ["shell", "-c", ";".join(MAKE_AGENT)]):
            subprocess.run(
                [sys.executable, "manage.py", *words],
                cwd=ROOT, env=environment, check=True, capture_output=True,
            )  # fmt: skip
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "motooffice.wsgi", "--bind", f"127.0.0.1:{port}",
                 "--workers", "2", "--access-logfile", "-", "--no-control-socket"],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip
            try:
                _wait(f"{address}/healthz")
                yield address
            finally:
                process.terminate()
                process.wait()


def _wait(url: str) -> None:
    for _try in range(300):
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the office did not start")


def test_nothing_the_office_wrote_holds_the_card_number_or_the_cvv(
    browser: Browser, office: str, tmp_path: Path
) -> None:
    page = browser.new_page(base_url=office, viewport={"width": 1280, "height": 900})
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("agent")
    page.get_by_label("Password").fill("moto-office-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/orders/new/")
    page.get_by_label("Description").fill("A canary in a cage")
    page.get_by_text("New customer", exact=True).click()
    page.get_by_label("Name", exact=True).fill("Layla Haddad")
    page.get_by_label("Email").fill("layla@example.com")
    page.get_by_label("Amount").fill("80")
    page.get_by_label("Card number").press_sequentially(AMEX)
    page.get_by_label("Expiry").press_sequentially("0530")
    page.get_by_label("CVV").fill(CVV)
    page.get_by_label("Keep this card").check()
    page.get_by_label("Yes", exact=True).check()
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    expect(page.locator("main")).to_contain_text("4564")
    page.context.close()

    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert any(b"A canary in a cage" in content for content in written.values())
    assert any(b"POST /orders/new/" in content for content in written.values())
    for path, content in written.items():
        assert not [text for text in SPELLINGS if text.encode() in content], path.name
        assert not CVV_ALONE.search(content), path.name
