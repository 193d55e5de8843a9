"""The tick on the manual order: on by itself, and off stays off through every detour."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from tests.factories import CustomerFactory, StaffFactory
from tests.forms.test_manual_order import typed
from tests.views.order_pages import signed_in, words

URL = "/orders/new/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def client(agent: Staff) -> Client:
    return signed_in(agent)


def is_ticked(page: HttpResponse) -> bool:
    [box] = re.findall(r"<input[^>]*name=\"send_receipts\"[^>]*>", page.content.decode())
    return " checked" in box


def test_it_begins_ticked(client: Client) -> None:
    assert is_ticked(client.get(URL))
    customer = CustomerFactory()
    page = client.get(f"{URL}?customer={customer.pk}")
    assert is_ticked(page)
    assert f"Send a receipt {customer.email}" in words(page)


def test_a_customer_without_an_email_has_no_tick_to_set(client: Client) -> None:
    customer = CustomerFactory(email="", address="P.O. Box 12")
    page = client.get(f"{URL}?customer={customer.pk}")
    assert "send_receipts" not in page.content.decode()
    assert "print the receipt as a letter" in words(page)


@pytest.mark.parametrize(("tick", "address"), [("on", "layla@example.com"), (None, "")])
def test_what_was_chosen_is_kept_with_the_order(
    client: Client, gateway: Sandbox, tick: str | None, address: str
) -> None:
    client.post(URL, typed(charge="1", **({"send_receipts": tick} if tick else {})))
    assert Order.objects.get().receipt_address == address


@pytest.mark.parametrize("button", [{"look": "1"}, {"charge": "1", "amount": "nothing"}])
def test_off_stays_off_when_the_page_is_shown_again(client: Client, button: dict[str, str]) -> None:
    assert not is_ticked(client.post(URL, typed(**button)))
    assert is_ticked(client.post(URL, typed(send_receipts="on", **button)))


def test_another_customer_begins_ticked_again(client: Client) -> None:
    customer = CustomerFactory()
    assert is_ticked(client.post(URL, typed(choose=str(customer.pk))))


def test_off_stays_off_over_a_sign_in(agent: Staff) -> None:
    client = Client()
    client.force_login(agent)
    client.logout()
    client.force_login(agent)
    session = client.session
    fields = {name: str(value) for name, value in typed(amount="77").items()}
    session["typed_work"] = {"user": agent.pk, "path": URL, "fields": fields}
    session.save()
    page = client.get(URL)
    assert 'value="77"' in page.content.decode()
    assert not is_ticked(page)
    assert is_ticked(client.get(URL))


def test_the_same_form_again_with_another_tick_changes_nothing(
    client: Client, gateway: Sandbox
) -> None:
    first = typed(charge="1", send_receipts="on")
    client.post(URL, first)
    client.post(URL, first | {"send_receipts": ""})
    assert Order.objects.get().receipt_address == "layla@example.com"
