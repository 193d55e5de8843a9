"""The programs in docs/gateway.md run as printed, that of the README with a merchant filled in."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orders.gateway import Client, Outcome
from orders.sandbox.server import Sandbox
from tests.gateway.conftest import make_merchant
from tests.gateway.messages import CARD_RETURN
from tests.gateway.scripted import signed

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / "docs" / "gateway.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
CHARGE, CAREFULLY, MORE, CARDS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
TOKEN = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def run(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(program, "docs/gateway.md", "exec"), names)
    return names


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(feedback="off", time_scale=0.01) as running:
        running.make_token(token_name=TOKEN)
        yield running


@pytest.fixture
def client(box: Sandbox) -> Client:
    return Client(make_merchant(api_url=box.api_url, page_url=box.page_url), deadline_s=5)


def charge(amount_minor: int) -> dict[str, Any]:
    return {
        "merchant_reference": "SHOP-1002-1",
        "amount_minor": amount_minor,
        "currency": "AED",
        "token_name": TOKEN,
        "customer_email": "buyer@example.com",
    }


def test_ten_lines_charge_a_token(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {
        "APS_MERCHANT_IDENTIFIER": "MotoDemo",
        "APS_ACCESS_CODE": "demoAccessCode000001",
        "APS_SHA_REQUEST_PHRASE": "demo-request-phrase",
        "APS_SHA_RESPONSE_PHRASE": "demo-response-phrase",
        "APS_API_URL": box.api_url,
        "APS_PAGE_URL": box.page_url,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    run(CHARGE)
    assert capsys.readouterr().out.startswith("approved 14000 ")
    assert box.count("SHOP-1001-1", "PURCHASE") == 1


def test_program_of_the_readme_charges_a_token(
    box: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(from orders.gateway import .*?)```", README, re.DOTALL)
    account = {
        "identifier": "MotoDemo",
        "access_code": "demoAccessCode000001",
        "request_phrase": "demo-request-phrase",
        "response_phrase": "demo-response-phrase",
        "api_url": box.api_url,
        "page_url": box.page_url,
    }
    for name, value in account.items():
        program, count = re.subn(rf'\b{name}="[^"]*"', f'{name}="{value}"', program)
        assert count == 1
    run(program)
    assert capsys.readouterr().out == "True approved 14000\n"


@pytest.mark.parametrize(
    ("amount_minor", "outcome"),
    [(25050, Outcome.APPROVED), (25920, Outcome.APPROVED), (25820, Outcome.DECLINED)],
)
def test_careful_program_learns_what_became_of_its_charge(
    client: Client, box: Sandbox, amount_minor: int, outcome: Outcome
) -> None:
    assert run(CAREFULLY)["charge_once"](client, **charge(amount_minor)) is outcome
    assert box.count("SHOP-1002-1", "PURCHASE") == 1


def test_reservation_is_taken_and_partly_given_back(client: Client) -> None:
    found = run(MORE)["reserve_and_take"](client, **charge(25050))
    assert (found.captured_minor, found.refunded_minor) == (20000, 500)


def test_card_return_gives_the_token() -> None:
    names = run(CARDS)
    action, fields = names["card_form"](make_merchant())
    assert action == make_merchant().page_url
    assert fields["service_command"] == "TOKENIZATION"
    came_back = signed(CARD_RETURN | {"return_url": names["RETURN_URL"]})
    assert names["token_of"](make_merchant(), list(came_back.items())) == TOKEN
