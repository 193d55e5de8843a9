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


def ask(box: Sandbox, act: str, **values: object) -> dict | int:
    """What an act answers, or the status with which it is refused."""
    body = json.dumps(values).encode()
    url = f"{box.control_url}/{act}"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code


def test_somebody_acts_in_the_back_office_within_what_is_left(box: Sandbox) -> None:
    reference = Merchant(box).pay("10000")["merchant_reference"]
    refund = {"merchant_reference": reference, "command": "REFUND"}
    told = ask(box, "act", **refund, amount=6_000)
    assert isinstance(told, dict)
    assert (told["response_code"], told["amount"]) == ("06000", "6000")
    assert is_signed(told, "demo-response-phrase")
    assert ask(box, "act", **refund, amount=4_001) == 400
    assert box.order(reference).refunded == 6_000


def test_the_bank_takes_a_refund_back_once(box: Sandbox) -> None:
    merchant = Merchant(box)
    paid = merchant.pay("10000")
    merchant.follow("REFUND", paid, amount="2500", maintenance_reference="MO-1-R1")
    named = {"merchant_reference": paid["merchant_reference"], "maintenance_reference": "MO-1-R1"}
    told = ask(box, "reverse", **named)
    assert isinstance(told, dict)
    assert told["response_code"] == "07666"
    assert ask(box, "reverse", **named) == 400
    assert box.order(paid["merchant_reference"]).refunded == 0


def test_a_reservation_lapses_and_nothing_else_does(box: Sandbox) -> None:
    merchant = Merchant(box)
    held = merchant.pay("10000", command="AUTHORIZATION")["merchant_reference"]
    assert ask(box, "lapse", merchant_reference=held) == ask(box, "next", **_nothing(held))
    assert box.order(held).voided
    assert ask(box, "lapse", merchant_reference=held) == 400
    assert ask(box, "lapse", merchant_reference=merchant.pay("10010")["merchant_reference"]) == 400


def test_the_next_act_is_planned_on_the_control_port(box: Sandbox) -> None:
    merchant = Merchant(box)
    paid = merchant.pay("10000")
    planned = {"merchant_reference": paid["merchant_reference"], "digits": "820"}
    assert isinstance(ask(box, "next", **planned), dict)
    assert merchant.follow("REFUND", paid)["response_code"] == "07666"


@pytest.mark.parametrize(
    ("act", "values"),
    [
        ("next", {"merchant_reference": "MO-1-1", "digits": "123"}),
        ("next", {"merchant_reference": "MO-1-1"}),
        ("act", {"merchant_reference": "MO-1-1", "command": "PURCHASE", "amount": 1}),
        ("act", {"merchant_reference": "MO-9-9", "command": "REFUND", "amount": 1}),
        ("act", {"merchant_reference": "MO-9-9", "command": "REFUND", "amount": "1"}),
        ("reverse", {"merchant_reference": "MO-9-9", "maintenance_reference": "MO-9-9-R1"}),
        ("lapse", {"merchant_reference": "MO-9-9"}),
        ("lapse", {"merchant_reference": 1}),
    ],
)
def test_what_cannot_happen_is_refused(box: Sandbox, act: str, values: dict[str, object]) -> None:
    assert ask(box, act, **values) == 400


def test_nothing_happens_to_what_is_undecided(box: Sandbox) -> None:
    reference = Merchant(box).pay("10940")["merchant_reference"]
    refund = {"merchant_reference": reference, "command": "REFUND", "amount": 1}
    assert ask(box, "act", **refund) == 400


def test_an_unknown_act_is_not_found(box: Sandbox) -> None:
    assert ask(box, "surprise") == 404


def _nothing(reference: str) -> dict[str, str]:
    return {"merchant_reference": reference, "digits": ""}
