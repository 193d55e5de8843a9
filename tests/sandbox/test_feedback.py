"""Feedback: sent for every money operation, signed, tried again until it is taken."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from orders.sandbox.server import Sandbox
from orders.sandbox.signing import is_signed
from tests.sandbox.merchant import Merchant

WAIT_S = 10.0


class Ear(ThreadingHTTPServer):
    """The merchant's server: keeps what it hears, answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Hear)
        self.heard: list[dict[str, str]] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/gateway/feedback/"

    def wait_for(self, count: int) -> list[dict[str, str]]:
        end = time.monotonic() + WAIT_S
        while len(self.heard) < count:
            assert time.monotonic() < end, self.heard
            time.sleep(0.01)
        return self.heard


class _Hear(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        is_json = self.headers.get_content_type() == "application/json"
        self.server.heard.append(json.loads(body) if is_json else dict(parse_qsl(body)))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", "/nowhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def box(ear: Ear) -> Iterator[Sandbox]:
    with Sandbox(feedback_urls=[ear.url], feedback_retry_s=0.01, time_scale=0.01) as running:
        yield running


def test_a_charge_is_told_as_it_was_answered(ear: Ear, merchant: Merchant) -> None:
    paid = merchant.pay(customer_name="O'Neil")
    assert ear.wait_for(1) == [paid]


def test_every_money_operation_is_told(ear: Ear, merchant: Merchant) -> None:
    reserved = merchant.pay(command="AUTHORIZATION")
    merchant.follow("CAPTURE", reserved)
    merchant.follow("REFUND", reserved)
    merchant.follow("VOID_AUTHORIZATION", merchant.pay(command="AUTHORIZATION"))
    codes = sorted(heard["response_code"] for heard in ear.wait_for(5))
    assert codes == ["02000", "02000", "04000", "06000", "08000"]


def test_questions_refusals_and_tokens_are_not_told(
    ear: Ear, box: Sandbox, merchant: Merchant
) -> None:
    merchant.pay(amount="0")
    merchant.check("MO-0-0")
    merchant.store(merchant.form())
    last = merchant.pay()
    assert [heard["fort_id"] for heard in ear.wait_for(1)] == [last["fort_id"]]


def test_feedback_can_be_a_form(ear: Ear, box: Sandbox, merchant: Merchant) -> None:
    box.set(feedback_format="form")
    paid = merchant.pay(language="ar")
    assert ear.wait_for(1) == [paid]


def test_feedback_can_come_before_the_answer(ear: Ear, box: Sandbox, merchant: Merchant) -> None:
    box.set(feedback="first")
    paid = merchant.pay()
    assert ear.heard == [paid]


def test_feedback_can_come_twice(ear: Ear, box: Sandbox, merchant: Merchant) -> None:
    box.set(feedback="duplicate")
    paid = merchant.pay()
    assert ear.wait_for(2) == [paid, paid]


def test_feedback_can_be_off(ear: Ear, box: Sandbox, merchant: Merchant) -> None:
    box.set(feedback="off")
    merchant.pay()
    box.set(feedback="first")
    paid = merchant.pay()
    assert ear.heard == [paid]


@pytest.mark.parametrize("last", [200, 204, 302])
def test_feedback_is_tried_again_until_it_is_taken(
    ear: Ear, box: Sandbox, merchant: Merchant, last: int
) -> None:
    ear.answers = [500, 404, 301, last]
    merchant.pay()
    ear.wait_for(4)
    end = time.monotonic() + WAIT_S
    while len(box.standin.feedback.deliveries) < 4:
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [one.answered for one in box.standin.feedback.deliveries] == [500, 404, 301, last]


def test_feedback_is_given_up_after_ten_more_attempts(
    ear: Ear, box: Sandbox, merchant: Merchant
) -> None:
    ear.answers = [503] * 11
    merchant.pay()
    ear.wait_for(11)
    box.set(feedback="first")
    merchant.pay()
    assert len(ear.heard) == 12


def test_nobody_listening_is_no_disaster(ear: Ear, merchant: Merchant) -> None:
    with Sandbox(feedback_urls=["http://127.0.0.1:1/"], feedback="first") as box:
        assert Merchant(box).pay()["response_code"] == "14000"
        assert box.standin.feedback.deliveries[0].answered == 0


def test_an_uncertain_charge_is_told_when_it_ends(ear: Ear, merchant: Merchant) -> None:
    paid = merchant.pay("10960")
    heard = {one["response_code"]: one for one in ear.wait_for(2)}
    assert heard["15777"] == paid
    assert heard["14000"]["fort_id"] == paid["fort_id"]
    assert heard["14000"]["amount"] == "10960"
    assert is_signed(heard["14000"], "demo-response-phrase")


def test_a_badly_signed_answer_is_followed_by_good_feedback(ear: Ear, merchant: Merchant) -> None:
    merchant.post(json.dumps(merchant.payment("10830")).encode())
    assert is_signed(ear.wait_for(1)[0], "demo-response-phrase")
