"""Charge again: a new order, copied from one that was charged, or from a customer's card."""

import re

import pytest
from django.test import Client

from orders.models import Order, Staff, StoredCard
from orders.purposes import Purpose
from orders.sandbox.server import Sandbox
from orders.services import withdrawals
from tests import steps
from tests.factories import ConsentFactory, OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db
CHOSEN = re.compile(r'name="card"[^>]*value="(\d+)"[^>]*checked')


@pytest.fixture
def agent(client: Client) -> Staff:
    staff = StaffFactory(agent=True)
    client.force_login(staff)
    return staff


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    """A card that an order of AED 75.00 for dates was charged to."""
    return steps.stored_card(agent)


def page(client: Client, query: str, status: int = 200) -> str:
    answer = client.get(f"/orders/new/?{query}")
    assert answer.status_code == status
    return answer.content.decode()


def pressed(client: Client, html: str, **changes: str) -> Order:
    """What came of the page as it is, with ``charge`` pressed."""
    form = {
        name: value
        for name, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', html)
        if name in {"form_key", "again", "customer", "amount", "description"}
    }
    chosen = CHOSEN.search(html)
    values = {
        "source": "phone",
        "currency": "AED",
        "wants": "purchase",
        "card": chosen[1] if chosen else "",
        "charge": "1",
    }
    answer = client.post("/orders/new/", form | values | changes)
    said = re.findall(r'field-note-bad"[^>]*>([^<]+)', answer.content.decode())
    assert answer.status_code == 303, said
    return Order.objects.latest("pk")


def test_an_order_is_charged_again_as_a_copy_with_its_own_number(
    client: Client, card: StoredCard, gateway: Sandbox
) -> None:
    first = Order.objects.get()
    Order.objects.filter(pk=first.pk).update(description="Dates")
    order_page = client.get(f"/orders/{first.number}/").content.decode()
    link = re.search(r'href="(/orders/new/\?again=[^"]+)"', order_page)
    assert link
    html = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert 'value="75.00"' in html
    copy = pressed(client, html, amount="80")
    assert (copy.again_of, copy.description, copy.amount_minor) == (first, "Dates", 8_000)
    assert copy.number != first.number
    assert copy.operations.get().stored_card == card
    assert copy.events.get(kind="order_taken").data["again_of"] == first.number


def test_both_orders_name_each_other(client: Client, agent: Staff) -> None:
    first = OrderFactory(charged=True, taken_by=agent)
    copy = OrderFactory(charged=True, taken_by=agent, again_of=first)
    assert copy.number in client.get(f"/orders/{first.number}/").content.decode()
    assert first.number in client.get(f"/orders/{copy.number}/").content.decode()


def test_an_order_of_somebody_else_is_not_copied_nor_named(client: Client, agent: Staff) -> None:
    others = OrderFactory(charged=True)
    page(client, f"again={others.number}", 404)
    page(client, "again=nonsense", 404)
    form = {"again": others.number, "charge": "1"}
    assert client.post("/orders/new/", form).status_code == 404
    mine = OrderFactory(charged=True, taken_by=agent, again_of=others)
    assert others.number not in client.get(f"/orders/{mine.number}/").content.decode()


def test_the_card_whose_button_was_pressed_is_chosen_and_no_other(
    client: Client, card: StoredCard
) -> None:
    other = ConsentFactory(card__customer=card.customer).card
    html = page(client, f"customer={card.customer_id}&card={other.pk}")
    assert CHOSEN.findall(html) == [str(other.pk)]
    assert CHOSEN.findall(page(client, f"customer={card.customer_id}")) == []


def test_a_card_that_cannot_be_charged_is_not_chosen(
    client: Client, agent: Staff, card: StoredCard
) -> None:
    withdrawals.withdraw(actor=agent, card=card, reason="Call 12")
    html = page(client, f"customer={card.customer_id}&card={card.pk}")
    assert not CHOSEN.findall(html)
    assert "the customer withdrew the permission" in html
    first = Order.objects.get()
    order_page = client.get(f"/orders/{first.number}/").content.decode()
    assert f"again={first.number}" in order_page
    assert "&amp;card=" not in order_page


def test_another_customer_makes_it_no_copy(client: Client, card: StoredCard, agent: Staff) -> None:
    first = Order.objects.get()
    html = page(client, f"again={first.number}")
    other = ConsentFactory(card__token_name="x" * 32).card
    made = pressed(client, html, customer=str(other.customer_id), card=str(other.pk))
    assert made.again_of is None


def test_it_is_asked_about_like_any_other_charge(client: Client, card: StoredCard) -> None:
    first = Order.objects.get()
    html = page(client, f"again={first.number}&card={card.pk}")
    with pytest.raises(AssertionError, match="only with a reason"):
        pressed(client, html)
    assert Order.objects.count() == 1


def test_under_the_agreement_it_is_ours(client: Client, agent: Staff, gateway: Sandbox) -> None:
    consent = ConsentFactory(card__token_name=gateway.make_token(), purpose_code=Purpose.REGULAR)
    customer = client.get(consent.customer.get_absolute_url()).content.decode()
    link = re.search(r'href="(/orders/new/[^"]*started=merchant)"', customer)
    assert link
    html = client.get(link[1].replace("&amp;", "&")).content.decode()
    started = re.findall(r'name="started-(\d+)"[^>]*value="(\w+)" checked', html)
    assert started == [(str(consent.card_id), "merchant")]
    pk, by = started[0]
    order = pressed(client, html, amount="12", **{f"started-{pk}": by})
    assert order.operations.get().initiated_by == "merchant"
    assert "Us, under the agreement" in client.get(f"/orders/{order.number}/").content.decode()


def test_nobody_is_offered_what_they_may_not_do(client: Client) -> None:
    client.force_login(StaffFactory(auditor=True))
    order = OrderFactory(charged=True)
    assert "again=" not in client.get(f"/orders/{order.number}/").content.decode()
    card = ConsentFactory().card
    html = client.get(card.customer.get_absolute_url()).content.decode()
    assert "Charge again" not in html
    assert "Withdraw…" not in html


def test_what_was_never_charged_is_not_charged_again(client: Client, agent: Staff) -> None:
    order = OrderFactory(declined=True, taken_by=agent)
    assert "again=" not in client.get(f"/orders/{order.number}/").content.decode()
