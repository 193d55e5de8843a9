"""The warning on every page that charges: what it shows to whom, and how one goes on."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services.place import new_form_key
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory, StaffFactory, StoredCardFactory
from tests.forms.test_manual_order import typed
from tests.views.order_pages import signed_in, words

URL = "/orders/new/"
JSON = {"accept": "application/json"}
REASON = "the customer wants two"

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def client(agent: Staff) -> Client:
    return signed_in(agent)


def seen_on(html: str) -> str:
    """What the form says was shown."""
    [seen] = re.findall(r'name="seen" value="([^"]*)"', html)
    return seen


def order_for(other: Order, **changes: str) -> dict[str, str]:
    return typed(charge="1", customer=str(other.customer_id), **changes)


def test_without_script_the_page_asks_keeps_what_was_typed_and_goes_on_with_a_reason(
    client: Client, agent: Staff, gateway: Sandbox
) -> None:
    other = OrderFactory(charged=True, taken_by=agent)
    form = order_for(other, description="Dates")
    answer = client.post(URL, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Dates"' in page
    assert "This looks like a charge that was made already" in words(answer)
    assert f'<a href="{other.get_absolute_url()}" target="_blank">' in page
    assert '<a href="#id_reason">' in page
    assert 'name="reason"' in page
    assert Order.objects.count() == 1
    answer = client.post(URL, form | {"seen": seen_on(page), "reason": REASON})
    assert answer.status_code == 303
    operation = Operation.objects.latest("pk")
    assert (operation.reason, operation.order.description) == (REASON, "Dates")
    assert REASON in words(client.get(operation.order.get_absolute_url()))


def test_it_says_who_when_and_with_what_result(client: Client) -> None:
    other = OrderFactory(charged=True, taken_by__last_name="Nasser")
    said = words(client.post(URL, order_for(other)))
    for part in (other.number, "KWD 250.500", "Approved", "Same customer", "Layla Nasser"):
        assert part in said


def test_an_order_of_somebody_else_is_named_but_not_linked(client: Client) -> None:
    other = OrderFactory(charged=True)
    page = client.post(URL, order_for(other)).content.decode()
    assert other.number in page
    assert other.get_absolute_url() not in page
    boss = signed_in(StaffFactory(supervisor=True))
    assert other.get_absolute_url() in boss.post(URL, order_for(other)).content.decode()


def test_the_script_is_given_the_warning_and_the_line_to_put_right(client: Client) -> None:
    answer = client.post(URL, order_for(OrderFactory(charged=True)), headers=JSON)
    told = answer.json()
    assert answer.status_code == 422
    assert [line["id"] for line in told["errors"]] == ["id_reason"]
    assert 'form="order-form"' in told["near"]


def test_an_unknown_payment_gives_an_agent_no_way_on(client: Client) -> None:
    page = client.post(URL, order_for(OrderFactory(unknown=True))).content.decode()
    assert "A payment like this is not known yet" in page
    assert 'id="id_reason"' not in page
    boss = signed_in(StaffFactory(supervisor=True))
    page = boss.post(URL, order_for(OrderFactory(unknown=True))).content.decode()
    assert 'id="id_reason"' in page


def test_a_limit_is_said_and_what_was_typed_stays(client: Client, agent: Staff) -> None:
    OperationFactory.create_batch(6, sent=True, actor=agent)
    answer = client.post(URL, typed(charge="1", description="Dates"))
    assert answer.status_code == 422
    assert "Too many charges are under way" in words(answer)
    assert b'value="Dates"' in answer.content


def check(client: Client, **values: str) -> str:
    near: str = client.get("/orders/new/check/", values).json()["near"]
    return near


def test_the_warning_is_there_while_the_order_is_typed(client: Client) -> None:
    other = OrderFactory(charged=True)
    wanted = {"customer": str(other.customer_id), "currency": "KWD", "amount": "250.5"}
    assert other.number in check(client, **wanted)
    assert check(client, **wanted | {"amount": "250.6"}) == ""
    assert check(client, **wanted | {"amount": "1.2345"}) == ""
    assert check(client, **wanted | {"customer": ""}) == ""
    assert check(client, **wanted | {"customer": "x"}) == ""


def test_while_typing_the_card_counts_too(client: Client) -> None:
    card = StoredCardFactory()
    OperationFactory(approved=True, token_name=card.token_name)
    wanted = {"customer": str(card.customer_id), "currency": "KWD", "amount": "250.5"}
    assert check(client, **wanted, card="new") == ""
    assert "Same card" in check(client, **wanted, card=str(card.pk))


def test_another_try_is_warned_on_its_own_page(client: Client, agent: Staff) -> None:
    order = OrderFactory(declined=True, taken_by=agent)
    other = OrderFactory(charged=True, customer=order.customer)
    page = f"/orders/{order.number}/card/"
    shown = client.get(page).content.decode()
    assert other.number in shown
    chosen = {"form_key": new_form_key(), "card": "new", "charge": "1"}
    assert client.post(page, chosen).status_code == 422
    answer = client.post(page, chosen | {"seen": seen_on(shown), "reason": REASON})
    assert answer.status_code == 303
    assert order.operations.last().reason == REASON  # type: ignore[union-attr]


def ask_on_order_page(client: Client, order: Order) -> str:
    page = client.get(order.get_absolute_url()).content.decode()
    assert "data-auto-submit" not in page
    return seen_on(page)


def post(client: Client, order: Order, act: str, **values: str) -> HttpResponse:
    return client.post(f"/orders/{order.number}/{act}/", values, follow=True)


def test_a_charge_that_waits_is_asked_about_before_it_goes_on(
    client: Client, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    order = operation.order
    OrderFactory(charged=True, customer=order.customer, amount_minor=12_500, currency="AED")
    seen = ask_on_order_page(client, order)
    reference = operation.merchant_reference
    answer = post(client, order, "charge", reference=reference)
    assert "Charge it only with a reason" in words(answer)
    assert not gateway.count(reference, "PURCHASE")
    post(client, order, "charge", reference=reference, seen=seen, reason=REASON)
    order.refresh_from_db()
    assert order.status == OrderStatus.CHARGED


def test_an_agent_sees_no_button_beside_an_unknown_payment(
    client: Client, agent: Staff, gateway: Sandbox
) -> None:
    order = steps.enter_card(steps.place_new(agent)).order
    button = "Charge AED 125.00 to Visa"
    assert button in words(client.get(order.get_absolute_url()))
    OrderFactory(unknown=True, customer=order.customer, amount_minor=12_500, currency="AED")
    assert button not in words(client.get(order.get_absolute_url()))
    boss = signed_in(StaffFactory(supervisor=True))
    assert button in words(boss.get(order.get_absolute_url()))


def test_a_charge_sent_again_is_asked_about(client: Client, agent: Staff, gateway: Sandbox) -> None:
    order = OrderFactory(taken_by=agent)
    failed = OperationFactory(order=order, sent=True, status=Status.NOT_CHARGED)
    OrderFactory(charged=True, customer=order.customer)
    seen = ask_on_order_page(client, order)
    again = {"reference": failed.merchant_reference, "resends": "0"}
    post(client, order, "resend", **again)
    failed.refresh_from_db()
    assert failed.status == Status.NOT_CHARGED
    post(client, order, "resend", **again, seen=seen, reason=REASON)
    failed.refresh_from_db()
    assert (failed.resends, failed.reason) == (1, REASON)


def test_a_page_without_a_near_duplicate_shows_none(client: Client, agent: Staff) -> None:
    assert 'name="seen"' not in client.get(URL).content.decode()
    order = OrderFactory(declined=True, taken_by=agent)
    assert 'name="seen"' not in client.get(f"/orders/{order.number}/card/").content.decode()
