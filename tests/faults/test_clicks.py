"""Faults 1 to 13: clicks, people, browser. ``docs/faults.md`` names the tests of each."""

import socket
import threading
import time
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import card_entry, charge, place, resolve
from orders.services.card_entry import card_form
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.forms.test_manual_order import typed
from tests.together import together
from tests.views.order_pages import signed_in, words

FORM = "application/x-www-form-urlencoded"
Form = dict[str, str]


def stored(card: StoredCard, **changes: object) -> Form:
    """The order page as it is filled in for a stored card."""
    return typed(charge="1", customer=str(card.customer_id), card=str(card.pk), **changes)


def purchases(gateway: Sandbox) -> list[str]:
    """The references the gateway was asked to charge, one for each request."""
    return [
        one["parameters"]["merchant_reference"]
        for one in gateway.requests
        if one.get("command") == "PURCHASE"
    ]


def test_fault_01_ten_presses_of_one_form_charge_once_and_show_the_same_order(
    transactional_db: None, agent: Staff, gateway: Sandbox
) -> None:
    form = stored(steps.stored_card(agent))
    before = len(purchases(gateway))
    browsers = [signed_in(agent) for _each in range(10)]
    answers = together(*[lambda one=one: one.post("/orders/new/", form) for one in browsers])
    assert {(one.status_code, one["Location"]) for one in answers} == {  # type: ignore[attr-defined]
        (303, Order.objects.latest("pk").get_absolute_url())
    }
    assert len(purchases(gateway)) == before + 1


def test_fault_02_and_03_two_at_one_order_charge_it_once_twenty_times(
    transactional_db: None, supervisor: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(supervisor)
    browsers = [signed_in(supervisor), signed_in(StaffFactory(supervisor=True))]

    def press(browser: Client, order: Order) -> HttpResponse:
        form = {"form_key": place.new_form_key(), "card": str(card.pk), "charge": "1"}
        return browser.post(f"/orders/{order.number}/card/", form)

    for pair in range(20):
        order = OrderFactory(
            customer=card.customer, amount_minor=1000 * (10 + pair), currency="AED"
        )
        answers = together(*[partial(press, one, order) for one in browsers])
        assert {one["Location"] for one in answers} == {order.get_absolute_url()}  # type: ignore[attr-defined]
        assert purchases(gateway).count(f"{order.number}-1") == 1
        assert order.operations.get().status == Status.APPROVED


def test_fault_04_every_form_of_a_session_sent_again_three_times_charges_nothing(
    db: None, agent: Staff, gateway: Sandbox
) -> None:
    browser, card = signed_in(agent), steps.stored_card(agent)
    first = stored(card)
    browser.post("/orders/new/", first)
    waiting = steps.enter_card(steps.place_new(agent))
    number, reference = waiting.order.number, waiting.merchant_reference
    declined = OrderFactory(declined=True, customer=card.customer, taken_by=agent, currency="AED")
    captured = [
        ("/orders/new/", first),
        (f"/orders/{number}/charge/", {"reference": reference}),
        (f"/orders/{number}/paid/", {}),
        (
            f"/orders/{declined.number}/card/",
            {"form_key": place.new_form_key(), "card": str(card.pk), "charge": "1"},
        ),
    ]
    seen = []
    for _time in range(4):
        for address, form in captured:
            assert browser.post(address, form).status_code in {302, 303}
        seen.append((sorted(purchases(gateway)), Order.objects.count()))
    assert seen == [seen[0]] * 4
    assert len(set(seen[0][0])) == len(seen[0][0])


@pytest.mark.parametrize("change", [{"amount_minor": 99_900}, {"currency": "SAR"}])
def test_fault_05_amount_that_changed_meanwhile_is_told_and_not_charged(
    agent: Staff, gateway: Sandbox, change: dict[str, object]
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    Order.objects.filter(pk=operation.order_id).update(**change)
    now = Order.objects.get(pk=operation.order_id).amount
    with pytest.raises(Refused, match=now):
        charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    assert purchases(gateway) == []


@pytest.mark.parametrize("has_card", [False, True])
def test_fault_06_and_07_tab_that_was_closed_expires_and_charges_nothing(
    agent: Staff, gateway: Sandbox, has_card: bool
) -> None:
    operation = steps.place_new(agent)
    if has_card:
        steps.enter_card(operation)
    with clock.at(clock.now() + timedelta(minutes=14)):
        resolve.once()
        assert Operation.objects.get(pk=operation.pk).status == Status.PREPARED
    with clock.at(clock.now() + timedelta(minutes=16)):
        resolve.once()
        operation.refresh_from_db()
        assert operation.status == Status.EXPIRED
        with pytest.raises(Conflict):
            charge.charge(actor=agent, operation=operation)
    assert purchases(gateway) == []


def test_fault_08_agent_whose_session_ended_goes_on_after_signing_in(
    db: None, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_new(agent)
    pairs = steps.type_card(card_form(operation, language="en"))
    browser = Client()
    answer = browser.post("/orders/card-return/", urlencode(pairs), FORM)
    to_sign_in = browser.get(answer["Location"])
    assert to_sign_in.status_code == 302
    assert to_sign_in["Location"].startswith("/accounts/login/?next=/orders/")
    browser.force_login(agent)
    assert "Card accepted, not charged yet" in words(browser.get(answer["Location"]))
    browser.post(f"{answer['Location']}charge/", {"reference": operation.merchant_reference})
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_fault_09_return_opened_by_somebody_else_shows_nothing(
    db: None, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_new(agent)
    pairs = urlencode(steps.type_card(card_form(operation, language="en")))
    answer = Client().post("/orders/card-return/", pairs, FORM)
    assert answer.content == b""
    for stranger, status in ((Client(), 302), (signed_in(StaffFactory(agent=True)), 404)):
        seen = stranger.get(answer["Location"])
        assert seen.status_code == status
        assert "•••• 0001" not in seen.content.decode()
        assert "125.00" not in seen.content.decode()


def test_fault_10_colleague_takes_over_and_the_first_form_is_dead(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    first = steps.place_new(agent)
    form = card_form(first, language="en")
    second = place.prepare_charge(
        actor=supervisor, form_key=place.new_form_key(), order=first.order
    ).operation
    card_entry.receive_card(steps.type_card(form))
    with pytest.raises(Conflict):
        charge.charge(actor=agent, operation=first)
    second = charge.charge(actor=supervisor, operation=steps.enter_card(second))
    assert purchases(gateway) == [second.merchant_reference]
    told = first.order.events.filter(kind__in=["purchase_expired", "purchase_prepared"])
    assert [one.actor for one in told] == [agent, supervisor, supervisor]


def test_fault_13_browser_that_went_away_after_the_press_changes_nothing(
    transactional_db: None, agent: Staff, gateway: Sandbox, live_server: LiveServer
) -> None:
    card = steps.stored_card(agent)
    gateway.set(force="910", time_scale=0.2)
    body = urlencode(stored(card)).encode()
    session = signed_in(agent).cookies
    cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in session.items())
    token = "t" * 32
    place_of = urlsplit(live_server.url)
    head = (
        f"POST /orders/new/ HTTP/1.1\r\nHost: {place_of.netloc}\r\nContent-Type: {FORM}\r\n"
        f"Cookie: {cookies}; office_csrf={token}\r\nX-CSRFToken: {token}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((str(place_of.hostname), int(place_of.port or 0))) as browser:
        browser.sendall(head.encode() + body)
        deadline = time.monotonic() + 20
        while len(purchases(gateway)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    while Order.objects.latest("pk").status != OrderStatus.CHARGED:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # The office still writes a page for nobody: the tables must not be emptied under it.
    while any("process_request_thread" in one.name for one in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "Charged" in words(signed_in(agent).get(Order.objects.latest("pk").get_absolute_url()))
