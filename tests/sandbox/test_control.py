"""Switches can be changed while it runs: from the test, or on a port of their own."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.sandbox.server import Sandbox
from orders.sandbox.signing import is_signed
from tests.sandbox.merchant import Merchant


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(control_port=0) as running:
        yield running


def control(box: Sandbox, body: bytes | None, kind: str = "application/json") -> dict:
    request = urllib.request.Request(box.control_url, body, {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def test_switches_are_changed_on_the_control_port(box: Sandbox) -> None:
    told = control(box, b'{"feedback": "off", "delay_after_commit_s": 2, "force": "920"}')
    assert (told["feedback"], told["delay_after_commit_s"]) == ("off", 2.0)
    assert control(box, None) == told
    assert box.standin.switches.force == "920"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"feedback": "never"}', b'{"surprise": 1}', b'{"force": 1}'],
)
def test_a_wrong_switch_changes_nothing(box: Sandbox, body: bytes) -> None:
    before = box.standin.switches
    with pytest.raises(urllib.error.HTTPError) as refused:
        control(box, body)
    told = json.loads(refused.value.read())
    refused.value.close()
    assert refused.value.code == 400
    assert told["error"]
    assert box.standin.switches == before


def test_a_page_in_a_browser_cannot_change_switches(box: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        control(box, b"feedback=off", "application/x-www-form-urlencoded")
    refused.value.close()
    assert refused.value.code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("surprise", 1), ("sha_type", "sha1"), ("feedback_urls", ["file:///etc/passwd"])],
)
def test_a_setting_that_is_not_offered_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"surprise|sha_type|file:"):
        Sandbox(**{name: value})


def test_a_late_answer_comes_after_the_money_and_is_dropped_at_the_end() -> None:
    with ThreadPoolExecutor(1) as caller:
        with Sandbox(delay_after_commit_s=60.0) as box:
            message = Merchant(box).payment(merchant_reference="MO-1-1")
            answer = caller.submit(Merchant(box).send, message)
            end = time.monotonic() + 10
            while (order := box.order("MO-1-1")) is None:
                assert time.monotonic() < end
                time.sleep(0.01)
        assert order.captured == 10000
        assert isinstance(answer.exception(10), ConnectionError)


def succeed(box: Sandbox, body: bytes) -> int:
    url = f"{box.control_url}/succeed"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code


@pytest.mark.parametrize("amount", ["10820", "10940"])
def test_a_charge_may_turn_out_to_have_succeeded(box: Sandbox, amount: str) -> None:
    merchant = Merchant(box)
    reference = merchant.pay(amount)["merchant_reference"]
    body = json.dumps({"merchant_reference": reference}).encode()
    assert succeed(box, body) == 200
    assert merchant.check(reference)["transaction_code"] == "14000"
    assert box.order(reference).captured == int(amount)
    assert succeed(box, body) == 400


def test_a_late_success_is_notified_with_a_signature(box: Sandbox) -> None:
    told: list[dict[str, str]] = []
    box.standin.feedback.send = lambda fields, *_: told.append(fields)
    reference = Merchant(box).pay("10820")["merchant_reference"]
    told.clear()
    succeed(box, json.dumps({"merchant_reference": reference}).encode())
    assert (told[0]["response_code"], told[0]["amount"]) == ("14000", "10820")
    assert is_signed(told[0], "demo-response-phrase")


@pytest.mark.parametrize("body", [b"{}", b'{"merchant_reference": "MO-9-9"}', b'{"surprise": 1}'])
def test_only_a_charge_of_the_books_can_succeed(box: Sandbox, body: bytes) -> None:
    assert succeed(box, body) == 400
