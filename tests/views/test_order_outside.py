"""Paid outside the gateway: the way there, the form, and how the order looks ever after."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from orders import clock
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import place
from orders.states import Act, OrderStatus, OutsideMethod, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory, OutsidePaymentFactory, StaffFactory
from tests.services.outside import found_late, record
from tests.services.over_ceiling import ceiling
from tests.views.order_pages import look, signed_in, words
from tests.views.test_order_refund import hidden, proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def url(order: Order, method: str = "cheque") -> str:
    return f"/orders/{order.number}/outside/" + (f"?method={method}" if method else "")


def press(client: Client, order: Order, page: HttpResponse, **typed: Any) -> HttpResponse:
    """What comes of the form with these words."""
    said = {
        "reference": "CHQ 4711",
        "received_on": timezone.localdate(clock.now()).isoformat(),
        "reason": "The customer has no card",
    }
    return client.post(url(order), said | hidden(page) | typed, follow=True)


def test_a_cheque_is_recorded_at_one_press(supervisor: Staff) -> None:
    order, client = OrderFactory(), proven(supervisor)
    page = client.get(url(order))
    assert "Record KWD 250.500 paid by cheque" in words(page)
    assert "Cheque number" in words(page)
    shown = press(client, order, page)
    assert "Paid by cheque" in words(shown)
    payment = OutsidePayment.objects.get()
    assert (payment.order, payment.recorded_by) == (order, supervisor)
    assert (payment.method, payment.reference) == ("cheque", "CHQ 4711")


@pytest.mark.parametrize(
    ("method", "button", "label"),
    [
        ("cash", "Record KWD 250.500 paid in cash", "Receipt number"),
        ("cheque", "Record KWD 250.500 paid by cheque", "Cheque number"),
        ("transfer", "Record KWD 250.500 paid by transfer", "Bank's reference"),
    ],
)
def test_the_button_and_the_number_are_called_by_the_way_it_was_paid(
    supervisor: Staff, method: str, button: str, label: str
) -> None:
    page = words(proven(supervisor).get(url(OrderFactory(), method)))
    assert button in page
    assert label in page.replace("&#x27;", "'")


@pytest.mark.parametrize("method", ["", "card"])
def test_first_is_chosen_how_it_was_paid(supervisor: Staff, method: str) -> None:
    page = proven(supervisor).get(url(OrderFactory(), method)).content.decode()
    assert re.findall(r'href="\?method=(\w+)"', page) == OutsideMethod.values
    assert "Record KWD" not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reference": ""}, "Type what the paper says."),
        ({"reference": "x" * 61}, "at most 60 characters"),
        ({"received_on": ""}, "Type the day it came."),
        ({"received_on": "2199-01-01"}, "Type a year between 2000 and 2100."),
        ({"received_on": "2020-01-01"}, "This is more than a year ago."),
        ({"reason": ""}, "Say why, in a few words."),
        ({"reason": "card"}, "Say why, in a few words."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    supervisor: Staff, typed: dict[str, str], sentence: str
) -> None:
    order, client = OrderFactory(), proven(supervisor)
    assert sentence in words(press(client, order, client.get(url(order)), **typed))
    assert not OutsidePayment.objects.exists()


def test_a_day_to_come_is_refused(supervisor: Staff) -> None:
    order, client = OrderFactory(), proven(supervisor)
    day = (timezone.localdate(clock.now()) + timedelta(days=1)).isoformat()
    shown = press(client, order, client.get(url(order)), received_on=day)
    assert "This day is still to come." in words(shown)


def test_a_second_press_of_the_same_button_records_nothing_more(supervisor: Staff) -> None:
    order, client = OrderFactory(), proven(supervisor)
    page = client.get(url(order))
    for _press in range(2):
        answer = press(client, order, page)
    assert "This form was used already." in words(answer)
    assert OutsidePayment.objects.count() == 1


def test_a_second_person_with_an_old_page_is_told(supervisor: Staff) -> None:
    order, client = OrderFactory(), proven(supervisor)
    page = client.get(url(order))
    record(StaffFactory(supervisor=True), order)
    assert "it was paid outside the gateway already" in words(press(client, order, page))
    assert OutsidePayment.objects.count() == 1


def test_a_charge_that_may_still_come_is_shown_and_has_to_be_ticked(supervisor: Staff) -> None:
    order, client = OrderFactory(), proven(supervisor)
    OperationFactory(order=order, sent=True, status=Status.RELEASED, next_check_at=clock.now())
    page = client.get(url(order))
    assert "A card may still have paid for this order." in words(page)
    assert f"{order.number}-1" in words(page)
    shown = press(client, order, page)
    assert f"{order.number}-1 may still have taken the money." in words(shown)
    assert not OutsidePayment.objects.exists()
    press(client, order, shown, goes_on="on")
    assert OutsidePayment.objects.exists()


def test_one_that_came_while_the_page_was_open_is_shown_before_it_counts(
    supervisor: Staff,
) -> None:
    order, client = OrderFactory(), proven(supervisor)
    page = client.get(url(order))
    OperationFactory(order=order, sent=True, status=Status.RELEASED, next_check_at=clock.now())
    shown = press(client, order, page, goes_on="on")
    assert "may still have taken the money" in words(shown)
    assert not re.search(r"<input[^>]*goes_on[^>]*checked", shown.content.decode())
    assert not OutsidePayment.objects.exists()
    press(client, order, shown, goes_on="on")
    assert OutsidePayment.objects.exists()


@pytest.mark.parametrize("trait", ["charged", "reserved", "unknown"])
def test_an_order_that_a_card_holds_has_no_such_page(supervisor: Staff, trait: str) -> None:
    order = OrderFactory(**{trait: True})
    answer = proven(supervisor).get(url(order), follow=True)
    assert "Not possible:" in words(answer)
    assert answer.redirect_chain[-1][0] == order.get_absolute_url()


def test_a_session_without_a_password_records_nothing(supervisor: Staff) -> None:
    answer = signed_in(supervisor).get(url(OrderFactory()))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    order, client = OrderFactory(), proven(StaffFactory(role=role))
    assert client.get(url(order)).status_code == 403
    assert client.post(url(order), {}).status_code == 403


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_who_may_not_sees_no_button(role: str) -> None:
    order = OrderFactory()
    viewer = order.taken_by if role == "agent" else StaffFactory(role=role)
    assert "Record outside payment…" not in look(order, viewer)


def test_the_orders_page_offers_it_or_says_why_not(supervisor: Staff) -> None:
    order = OrderFactory()
    html = signed_in(supervisor).get(order.get_absolute_url()).content.decode()
    assert f'href="{url(order, "")}"' in html
    charged = look(OrderFactory(charged=True), supervisor)
    assert "Record outside payment… not possible: a card was charged for it." in charged


# How it looks ever after.


def test_the_order_looks_like_none_that_a_card_paid(supervisor: Staff) -> None:
    order = OrderFactory()
    record(supervisor, order, reference="CHQ <4711>")
    html = signed_in(supervisor).get(order.get_absolute_url()).content.decode()
    assert "result-outside" in html
    assert "status-paid_outside" in html
    assert "result-approved" not in html
    assert 'status-paid"' not in html
    assert "CHQ &lt;4711&gt;" in html
    shown = look(order, supervisor)
    assert f"/orders/{order.number}/paid/" not in html
    for gone in ("Enter the card", "Another card", "Marked as paid by"):
        assert gone not in shown
    assert "Recorded as paid outside the gateway" in shown
    assert "Reason: The customer has no card" in shown


def test_money_keeps_a_line_of_one_that_was_taken_back(supervisor: Staff) -> None:
    order = OrderFactory()
    payment = record(supervisor, order)
    client = proven(supervisor)
    client.post(f"/orders/{order.number}/outside/{payment.pk}/back/", {"reason": "It bounced"})
    shown = look(order, supervisor)
    assert "Outside the gateway, received" in shown
    assert "Taken back by" in shown
    assert "It does not count. Reason: It bounced" in shown
    assert "Payment outside the gateway taken back" in shown


def test_its_agent_sees_it_and_cannot_charge_it(gateway: Sandbox) -> None:
    agent = StaffFactory(agent=True)
    order = OrderFactory(paid_outside=True, taken_by=agent)
    assert "Paid by cheque" in look(order, agent)
    client = signed_in(agent)
    card = client.get(f"/orders/{order.number}/card/", follow=True)
    assert "Nothing can be charged for it." in words(card)
    said = {"form_key": place.new_form_key(), "card": "new", "charge": "1"}
    client.post(f"/orders/{order.number}/card/", said)
    assert (order.operations.count(), gateway.requests) == (0, [])


def test_a_card_accepted_meanwhile_is_not_charged_by_its_button(gateway: Sandbox) -> None:
    agent = StaffFactory(agent=True)
    operation = steps.enter_card(steps.place_new(agent))
    OutsidePaymentFactory(order=operation.order)
    client, said = signed_in(agent), {"reference": operation.merchant_reference}
    client.post(f"/orders/{operation.order.number}/charge/", said)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_history_and_customer_page_say_how_it_was_paid(supervisor: Staff) -> None:
    order = OrderFactory(paid_outside=True)
    plain = OrderFactory(customer=order.customer)
    client = signed_in(supervisor)
    for page in ("/orders/", f"/customers/{order.customer_id}/"):
        html = client.get(page).content.decode()
        assert 'class="status status-paid_outside"' in html
        assert "Paid by cheque" in html
    only = words(client.get("/orders/?status=paid_outside"))
    assert order.number in only
    assert plain.number not in only


def test_one_that_was_paid_twice_warns_and_offers_the_refund(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, found = found_late(supervisor, gateway)
    shown = look(order, supervisor)
    assert f"Paid twice: {found.merchant_reference} holds money of a card" in shown
    page = signed_in(supervisor).get(order.get_absolute_url()).content.decode()
    assert f"/orders/{order.number}/paid/" not in page
    html = signed_in(supervisor).get("/attention/").content.decode()
    assert f"/orders/{order.number}/refund/?charge={found.merchant_reference}" in html
    assert "Paid twice: by card, and outside the gateway" in html


def test_an_order_that_waits_for_its_card_is_given_up_for_a_cheque(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = steps.place_new(supervisor).order, proven(supervisor)
    press(client, order, client.get(url(order)))
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID_OUTSIDE
    assert Operation.objects.get().status == Status.EXPIRED


def test_over_a_ceiling_the_button_asks_and_a_second_person_records(supervisor: Staff) -> None:
    order, client = OrderFactory(amount_minor=12_500, currency="AED"), proven(supervisor)
    ceiling("supervisor", Act.OUTSIDE, 10_000)
    page = client.get(url(order))
    assert "Ask for approval · AED 125.00" in words(page)
    assert "Waiting for approval" in words(press(client, order, page))
    assert not OutsidePayment.objects.exists()
    asked = order.approvals.get()
    other = proven(StaffFactory(supervisor=True))
    place_of_decision = f"/orders/{order.number}/approvals/{asked.pk}/"
    assert "Cheque CHQ 4711" in words(other.get(place_of_decision))
    assert "Paid by cheque" in words(other.post(place_of_decision, {"approve": "1"}, follow=True))


def test_a_button_that_named_the_other_act_does_nothing(supervisor: Staff) -> None:
    order, client = OrderFactory(amount_minor=12_500, currency="AED"), proven(supervisor)
    page = client.get(url(order))
    ceiling("supervisor", Act.OUTSIDE, 10_000)
    shown = press(client, order, page)
    assert "Ask for approval · AED 125.00" in words(shown)
    assert not OutsidePayment.objects.exists()
    assert not order.approvals.exists()
