"""Every command against the stand-in: two readings of one protocol, written apart."""

import itertools
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from orders.gateway import (
    CardForm,
    CardReturn,
    Client,
    Merchant,
    NoAnswer,
    NotTrusted,
    Outcome,
    Reply,
    create_token_form,
    read_card_return,
    read_feedback,
    tokenization_form,
)
from orders.sandbox.server import Sandbox
from tests.gateway.conftest import RETURN_URL, make_merchant
from tests.sandbox.merchant import Merchant as Browser

VISA, MASTERCARD, AMEX = "4005550000000001", "5123456789012346", "345678901234564"
DECLINED, UNCERTAIN = "4916783391760242", "4556437649762022"
_numbers = itertools.count(1)


class Shop:
    """A merchant with a client, on its own stand-in."""

    def __init__(self, box: Sandbox, sha_type: str = "sha256") -> None:
        self.box = box
        urls = {"api_url": box.api_url, "page_url": box.page_url}
        self.merchant: Merchant = make_merchant(**urls, sha_type=sha_type)
        self.client = Client(self.merchant, deadline_s=5)

    def charge(self, amount_minor: int = 25000, card: str = VISA, **changes: Any) -> dict[str, Any]:
        """A charge of a fresh reference on a stored card."""
        return {
            "merchant_reference": f"MO-{next(_numbers)}-1",
            "amount_minor": amount_minor,
            "currency": "AED",
            "token_name": self.box.make_token(card),
            "customer_email": "caller@example.com",
        } | changes

    def type_card(self, form: CardForm, number: str = VISA) -> CardReturn:
        """What the browser brings back after somebody typed a card into the form."""
        card = {"card_number": number, "expiry_date": "4912", "card_holder_name": "LAYLA HADDAD"}
        if form.needs_cvv:
            card["card_security_code"] = "123"
        _status, headers, _page = Browser(self.box).submit(form.fields | card)
        if "Location" in headers:
            query = urlsplit(headers["Location"]).query
            pairs = parse_qsl(query, keep_blank_values=True)
        else:
            pairs = list(Browser(self.box).store(form.fields | card).items())
        return read_card_return(self.merchant, pairs, return_url=RETURN_URL)


@pytest.fixture(params=["sha256", "sha512"])
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with Sandbox(sha_type=request.param, time_scale=0.01, feedback="off") as box:
        yield Shop(box, request.param)


def later(reply: Reply, charge: dict[str, Any]) -> dict[str, Any]:
    return {"merchant_reference": charge["merchant_reference"], "fort_id": reply.fort_id}


@pytest.mark.parametrize("card", [VISA, MASTERCARD, AMEX])
def test_purchase_is_approved_and_found(shop: Shop, card: str) -> None:
    charge = shop.charge(card=card)
    reply = shop.client.purchase(**charge)
    assert (reply.outcome, reply.last_four) == (Outcome.APPROVED, card[-4:])
    found = shop.client.check_status(**later(reply, charge))
    assert (found.proves("PURCHASE"), found.captured_minor) == (Outcome.APPROVED, 25000)


def test_fault_50_every_free_text_is_taken(shop: Shop) -> None:
    charge = shop.charge(
        payment_option="VISA",
        customer_name="Zoë O'Neil 2 / محمد أحمد",
        phone_number="+٩٧١ 50 123 4567",
        order_description="طلب رقم ١٢٣ = “two” seats 🎭\u202e #9",
        customer_ip="::ffff:192.0.2.10",
        settlement_reference="SLIP-9",
        language="ar",
    )
    assert shop.client.purchase(**charge).outcome is Outcome.APPROVED


def test_reserved_amount_is_captured_and_refunded(shop: Shop) -> None:
    charge = shop.charge()
    reply = shop.client.authorize(**charge)
    assert reply.outcome is Outcome.APPROVED
    known, part = later(reply, charge), {"amount_minor": 10000, "currency": "AED"}
    assert shop.client.capture(**known, **part).outcome is Outcome.APPROVED
    refund = shop.client.refund(**known, **part, maintenance_reference="R1")
    assert refund.outcome is Outcome.APPROVED
    found = shop.client.check_status(**known)
    assert found.proves("AUTHORIZATION") is Outcome.APPROVED
    assert (found.authorized_minor, found.captured_minor, found.refunded_minor) == (
        25000,
        10000,
        10000,
    )


def test_reservation_is_voided(shop: Shop) -> None:
    charge = shop.charge()
    known = later(shop.client.authorize(**charge), charge)
    assert shop.client.void_authorization(**known).outcome is Outcome.APPROVED
    assert shop.client.check_status(**known).transaction_status == "08"


@pytest.mark.parametrize("plain_refusals", [False, True])
def test_too_much_is_refused(shop: Shop, plain_refusals: bool) -> None:
    shop.box.set(plain_refusals=plain_refusals)
    charge = shop.charge()
    known = later(shop.client.authorize(**charge), charge)
    too_much: dict[str, Any] = {"amount_minor": 25001, "currency": "AED"}
    assert shop.client.capture(**known, **too_much).outcome is Outcome.DECLINED
    exact = too_much | {"amount_minor": 25000}
    assert shop.client.capture(**known, **exact).outcome is Outcome.APPROVED
    refund = shop.client.refund(**known, **too_much, maintenance_reference="R1")
    assert refund.outcome is Outcome.DECLINED
    assert shop.client.void_authorization(**known).outcome is Outcome.DECLINED


def test_inactive_token_cannot_be_charged(shop: Shop) -> None:
    charge = shop.charge()
    reply = shop.client.update_token(
        merchant_reference="TOK-1", token_name=charge["token_name"], token_status="INACTIVE"
    )
    assert reply.outcome is Outcome.APPROVED
    assert shop.client.purchase(**charge).outcome is Outcome.DECLINED


def test_decline_is_declined_here_and_there(shop: Shop) -> None:
    charge = shop.charge(card=DECLINED)
    reply = shop.client.purchase(**charge)
    assert (reply.outcome, reply.message_code) == (Outcome.DECLINED, "666")
    found = shop.client.check_status(merchant_reference=charge["merchant_reference"])
    assert found.proves("PURCHASE") is Outcome.DECLINED


def test_uncertain_charge_is_unknown(shop: Shop) -> None:
    reply = shop.client.purchase(**shop.charge(card=UNCERTAIN))
    assert (reply.outcome, reply.problem) == (Outcome.UNKNOWN, "uncertain_code")


def test_a_charge_under_an_agreement_is_recurring_and_tells_no_address(shop: Shop) -> None:
    charge = shop.charge(customer_ip="192.0.2.10")
    reply = shop.client.purchase(**charge, agreement_id="A1042")
    assert (reply.outcome, reply.problem) == (Outcome.APPROVED, "")
    sent = shop.box.requests[-1]["parameters"]
    assert (sent["eci"], sent["agreement_id"]) == ("RECURRING", "A1042")
    assert "customer_ip" not in sent


def test_second_use_of_a_reference_is_unknown_not_declined(shop: Shop) -> None:
    charge = shop.charge()
    shop.client.purchase(**charge)
    again = shop.client.purchase(**charge)
    assert (again.outcome, again.problem) == (Outcome.UNKNOWN, "duplicate_reference")


@pytest.mark.parametrize("code", ["12036", "11036", "00036"])
def test_unknown_order_is_not_found(shop: Shop, code: str) -> None:
    shop.box.set(not_found_code=code)
    assert shop.client.check_status(merchant_reference="NEVER-SENT").outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("amount_minor", "error"),
    [(25920, NoAnswer), (25970, NoAnswer), (25720, NotTrusted), (25830, NotTrusted)],
)
def test_charge_whose_answer_is_lost_is_found_again(
    shop: Shop, amount_minor: int, error: type[Exception]
) -> None:
    charge = shop.charge(amount_minor)
    with pytest.raises(error):
        shop.client.purchase(**charge)
    found = shop.client.check_status(merchant_reference=charge["merchant_reference"])
    assert (found.outcome, found.captured_minor) == (Outcome.APPROVED, amount_minor)
    assert shop.box.count(charge["merchant_reference"], "PURCHASE") == 1


@pytest.mark.parametrize(
    ("amount_minor", "problem"),
    [
        (25840, "amount_differs"),
        (25860, "uncertain_code"),
        (25880, "uncertain_code"),
        (25940, "uncertain_code"),
        (25730, "uncertain_code"),
    ],
)
def test_unusual_answer_is_unknown(shop: Shop, amount_minor: int, problem: str) -> None:
    reply = shop.client.purchase(**shop.charge(amount_minor))
    assert (reply.outcome, reply.problem) == (Outcome.UNKNOWN, problem)


def test_masked_echoes_and_arabic_messages_are_no_obstacle(shop: Shop) -> None:
    shop.box.set(masked_echoes=True, language="ar")
    reply = shop.client.purchase(**shop.charge(customer_name="O'Neil"))
    assert (reply.outcome, reply.response_message.isascii()) == (Outcome.APPROVED, False)


@pytest.mark.parametrize("return_method", ["get", "post"])
@pytest.mark.parametrize("make_form", [tokenization_form, create_token_form])
def test_typed_card_becomes_a_token_that_can_be_charged(
    shop: Shop, make_form: Any, return_method: str
) -> None:
    shop.box.set(return_method=return_method)
    charge = shop.charge()
    form = make_form(
        shop.merchant, merchant_reference=charge["merchant_reference"], return_url=RETURN_URL
    )
    card = shop.type_card(form)
    assert card.outcome is Outcome.APPROVED
    assert card.merchant_reference == charge["merchant_reference"]
    assert card.last_four == ("0001" if return_method == "post" else "")
    reply = shop.client.purchase(**charge | {"token_name": card.token_name})
    assert (reply.outcome, reply.last_four) == (Outcome.APPROVED, "0001")


def test_card_that_is_refused_gives_no_token(shop: Shop) -> None:
    form = tokenization_form(shop.merchant, merchant_reference="MO-9", return_url=RETURN_URL)
    card = shop.type_card(form, "4005550000000002")
    assert (card.outcome, card.token_name) == (Outcome.DECLINED, "")


@pytest.mark.parametrize("feedback_format", ["json", "form"])
def test_feedback_of_a_charge_is_read(feedback_format: str) -> None:
    posted: Queue[tuple[bytes, str]] = Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.put((body, self.headers["Content-Type"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Tests are quiet."""

    with HTTPServer(("127.0.0.1", 0), Listener) as listener:
        url = f"http://127.0.0.1:{listener.server_address[1]}/"
        waiting = Thread(target=listener.handle_request)
        waiting.start()
        with Sandbox(feedback_urls=[url], feedback_format=feedback_format) as box:
            shop = Shop(box)
            charge = shop.charge(order_description="O'Neil & sons")
            reply = shop.client.purchase(**charge)
            body, kind = posted.get(timeout=10)
        waiting.join()
    feedback = read_feedback(shop.merchant, body, kind)
    assert (feedback.outcome, feedback.fort_id) == (Outcome.APPROVED, reply.fort_id)
    assert feedback.merchant_reference == charge["merchant_reference"]
    assert (feedback.amount_minor, feedback.currency) == (25000, "AED")
