"""The page that shows what was received, and the same as data."""

import csv
import json
import re
import urllib.error
import urllib.request
from http.client import RemoteDisconnected

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant


def get(box: Sandbox, path: str) -> tuple[str, dict[str, str]]:
    with urllib.request.urlopen(box.url + path, timeout=10) as answer:
        return answer.read().decode(), dict(answer.headers)


def test_the_page_shows_messages_orders_cards_and_amounts(box: Sandbox, merchant: Merchant) -> None:
    paid = merchant.pay("250500", currency="KWD", customer_name="A")
    body, _headers = get(box, "")
    assert "Stand-in gateway: no money moves" in body
    assert paid["fort_id"] in body
    assert "250.500 KWD" in body
    assert "400555******0001" in body
    assert "4916783391760242" in body
    assert "…920" in body


def test_the_page_has_no_inline_script_or_style(box: Sandbox, merchant: Merchant) -> None:
    merchant.send({"command": "<script>alert(1)</script>"})
    body, headers = get(box, "")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert not re.search(r"<script|<style|style=|\son\w+=", body)


def test_requests_are_listed_newest_first(box: Sandbox, merchant: Merchant) -> None:
    paid = merchant.pay()
    merchant.check(paid["merchant_reference"])
    listed = json.loads(get(box, "requests.json")[0])["requests"]
    assert [one["command"] for one in listed] == ["CHECK_STATUS", "PURCHASE"]
    assert listed[1]["response_code"] == "14000"
    assert "signature" not in listed[1]["parameters"]


def test_every_message_is_counted(box: Sandbox, merchant: Merchant) -> None:
    reference = merchant.pay()["merchant_reference"]
    merchant.check(reference)
    merchant.check(reference)
    counts = json.loads(get(box, "counts.json")[0])["counts"]
    assert counts == [[reference, "PURCHASE", 1], [reference, "CHECK_STATUS", 2]]


def test_a_request_that_is_held_up_is_counted_as_waiting(box: Sandbox, merchant: Merchant) -> None:
    merchant.box.set(time_scale=10)
    with pytest.raises(RemoteDisconnected):
        merchant.send(merchant.payment("10640"))
    assert json.loads(get(box, "waiting.json")[0]) == {"waiting": 1}


def test_nothing_waits_where_all_was_done_at_once(box: Sandbox, merchant: Merchant) -> None:
    merchant.pay()
    assert json.loads(get(box, "waiting.json")[0]) == {"waiting": 0}


def test_the_report_has_a_line_for_every_operation(box: Sandbox, merchant: Merchant) -> None:
    paid = merchant.pay()
    merchant.follow("REFUND", paid, amount="2500")
    rows = list(csv.DictReader(get(box, "report.csv")[0].splitlines()))
    assert [(row["command"], row["amount"], row["response_code"]) for row in rows] == [
        ("PURCHASE", "10000", "14000"),
        ("REFUND", "2500", "06000"),
    ]
    assert rows[0]["fort_id"] == paid["fort_id"]


def test_health_and_assets_answer(box: Sandbox) -> None:
    assert json.loads(get(box, "health")[0]) == {"status": "ok"}
    assert get(box, "assets/return.js")[1]["Content-Type"].startswith("text/javascript")
    assert ".banner" in get(box, "assets/sandbox.css")[0]


@pytest.mark.parametrize("path", ["nothing", "assets/../server.py", "assets/", "control"])
def test_nothing_else_is_served(box: Sandbox, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(box, path)
    refused.value.close()
    assert refused.value.code == 404
