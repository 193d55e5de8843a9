"""Another card for an order that exists, and the gateway's form as a page of its own."""

import re

import pytest
from django.test import Client

from orders.models import Operation, Order
from orders.sandbox.server import Sandbox
from orders.services.place import new_form_key
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import ConsentFactory, OrderFactory, StaffFactory, StoredCardFactory
from tests.views.order_pages import signed_in, words

JSON = {"accept": "application/json"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(gateway: Sandbox) -> Operation:
    """A charge that waits for its card."""
    return steps.place_new(StaffFactory(agent=True))


def page_of(order: Order) -> str:
    return f"/orders/{order.number}/card/"


def as_taker(order: Order) -> Client:
    assert order.taken_by
    return signed_in(order.taken_by)


def chosen(**changes: str) -> dict[str, str]:
    return {"form_key": new_form_key(), "card": "new", "charge": "1"} | changes


def test_waiting_charge_shows_the_gateways_own_form_complete(
    operation: Operation, gateway: Sandbox
) -> None:
    answer = as_taker(operation.order).get(page_of(operation.order))
    page = answer.content.decode()
    assert f'action="{gateway.page_url}"' in page
    assert f'name="merchant_reference" value="{operation.merchant_reference}"' in page
    for name in ("card_number", "expiry_date", "card_security_code", "card_holder_name"):
        assert page.count(f'name="{name}"') == 1
    assert "Charge AED 125.00" in words(answer)
    assert (
        gateway.page_url.removesuffix("/FortAPI/paymentPage") in answer["content-security-policy"]
    )


def test_by_post_the_form_has_no_cvv(gateway: Sandbox) -> None:
    order = steps.place_new(StaffFactory(agent=True), source="post").order
    assert "card_security_code" not in as_taker(order).get(page_of(order)).content.decode()


def test_declined_order_is_charged_again_to_a_stored_card(gateway: Sandbox) -> None:
    order = steps.charge_new(StaffFactory(agent=True), steps.DECLINED_VISA).order
    card = StoredCardFactory(customer=order.customer, token_name=gateway.make_token())
    answer = as_taker(order).post(page_of(order), chosen(card=str(card.pk)), headers=JSON)
    order.refresh_from_db()
    assert answer.json() == {"location": order.get_absolute_url()}
    assert order.status == OrderStatus.CHARGED


def test_new_card_for_a_declined_order_gets_a_reference_of_its_own(gateway: Sandbox) -> None:
    order = steps.charge_new(StaffFactory(agent=True), steps.DECLINED_VISA).order
    told = as_taker(order).post(page_of(order), chosen(), headers=JSON).json()
    assert told["fields"]["merchant_reference"] == f"{order.number}-2"


def test_another_card_may_be_chosen_while_one_is_waited_for(operation: Operation) -> None:
    order = operation.order
    client = as_taker(order)
    assert 'id="order-form"' in client.get(f"{page_of(order)}?another=1").content.decode()
    client.post(page_of(order), chosen())
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    assert order.operations.get(seq=2).status == Status.PREPARED


def test_charged_order_is_shown_instead_and_never_charged_again(gateway: Sandbox) -> None:
    order = steps.charge_new(StaffFactory(agent=True)).order
    client = as_taker(order)
    assert client.get(page_of(order))["Location"] == order.get_absolute_url()
    answer = client.post(page_of(order), chosen(), follow=True)
    assert "is being charged already, or has been" in words(answer)
    assert order.operations.count() == 1


def test_script_is_sent_to_the_order_when_it_is_charged_already(gateway: Sandbox) -> None:
    order = steps.charge_new(StaffFactory(agent=True)).order
    answer = as_taker(order).post(page_of(order), chosen(), headers=JSON)
    assert answer.json() == {"location": order.get_absolute_url()}


def test_nothing_is_chosen_unless_the_same_card_was_asked_for(gateway: Sandbox) -> None:
    card = StoredCardFactory()
    order = OrderFactory(declined=True, customer=card.customer)
    order.operations.update(stored_card=card)
    client = as_taker(order)
    html = client.get(page_of(order)).content.decode()
    assert not re.findall(r'name="card"[^>]* checked', html)
    chosen_card = f'value="{card.pk}" data-label="{card}" checked'
    assert chosen_card in client.get(f"{page_of(order)}?card=same").content.decode()


def test_the_same_card_again_is_started_by_whoever_started_it(gateway: Sandbox) -> None:
    card = ConsentFactory(starts_itself=True).card
    order = OrderFactory(declined=True, customer=card.customer)
    order.operations.update(stored_card=card, initiated_by="merchant")
    html = as_taker(order).get(f"{page_of(order)}?card=same").content.decode()
    assert re.findall(r'name="started-[^>]*value="(\w+)" checked', html) == ["merchant"]


def test_nothing_chosen_is_said_at_the_cards(gateway: Sandbox) -> None:
    order = OrderFactory(declined=True)
    answer = as_taker(order).post(page_of(order), chosen(card=""))
    assert answer.status_code == 422
    assert "Choose a stored card or a new card." in words(answer)


def test_card_that_has_ended_is_refused_at_the_cards(gateway: Sandbox) -> None:
    order = OrderFactory(declined=True)
    card = StoredCardFactory(customer=order.customer, expiry="2203")
    [line] = (
        as_taker(order)
        .post(page_of(order), chosen(card=str(card.pk)), headers=JSON)
        .json()["errors"]
    )
    assert line == {"id": "id_card", "text": "This card ended 03/22. Ask for another card."}


def test_giving_up_expires_the_waiting_charge(operation: Operation) -> None:
    order = operation.order
    answer = as_taker(order).post(f"{page_of(order)}cancel/")
    operation.refresh_from_db()
    assert answer["Location"] == order.get_absolute_url()
    assert operation.status == Status.EXPIRED


def test_giving_up_a_charge_that_was_sent_changes_nothing(gateway: Sandbox) -> None:
    operation = steps.charge_new(StaffFactory(agent=True))
    as_taker(operation.order).post(f"{page_of(operation.order)}cancel/")
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_order_of_somebody_else_is_not_there(operation: Operation) -> None:
    stranger = signed_in(StaffFactory(agent=True))
    assert stranger.get(page_of(operation.order)).status_code == 404
    assert stranger.post(page_of(operation.order), chosen()).status_code == 404
    assert stranger.post(f"{page_of(operation.order)}cancel/").status_code == 404


def test_reading_an_order_is_no_right_to_charge_it(operation: Operation) -> None:
    auditor = signed_in(StaffFactory(auditor=True))
    assert auditor.get(page_of(operation.order)).status_code == 403
