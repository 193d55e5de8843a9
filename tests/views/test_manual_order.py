"""Posting the manual order: what is stored, what is sent, and what the browser is told to do."""

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client

from orders.models import Customer, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import CustomerFactory, StaffFactory, StoredCardFactory
from tests.forms.test_manual_order import typed
from tests.services.over_ceiling import limit_charges
from tests.views.order_pages import signed_in, words

URL = "/orders/new/"
JSON = {"accept": "application/json"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def client(agent: Staff) -> Client:
    return signed_in(agent)


def press(client: Client, **changes: object) -> HttpResponse:
    """The button, pressed by the page's script."""
    return client.post(URL, typed(charge="1", **changes), headers=JSON)


def test_new_card_is_answered_with_the_gateways_form(client: Client, gateway: Sandbox) -> None:
    answer = press(client)
    order = Order.objects.get()
    told = answer.json()
    assert told["action"] == gateway.page_url
    assert told["fields"]["service_command"] == "TOKENIZATION"
    assert told["fields"]["merchant_reference"] == f"{order.number}-1"
    assert told["back"] == f"/orders/{order.number}/card/"
    assert (order.status, order.customer.name) == (OrderStatus.OPEN, "Layla Haddad")
    assert gateway.requests == []


def test_by_post_no_cvv_is_asked(client: Client, gateway: Sandbox) -> None:
    told = press(client, source="post").json()
    assert (told["fields"]["service_command"], told["needs_cvv"]) == ("CREATE_TOKEN", False)


def test_stored_card_is_charged_and_the_browser_sent_to_the_order(
    client: Client, agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    told = press(client, customer=str(card.customer_id), card=str(card.pk)).json()
    order = Order.objects.latest("pk")
    assert told == {"location": f"/orders/{order.number}/"}
    assert order.status == OrderStatus.CHARGED


def test_nothing_stands_between_claiming_a_charge_and_sending_it(
    client: Client, agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = steps.stored_card(agent)

    def locked(*_given: object, **_changes: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Staff, "save", locked)
    with pytest.raises(OperationalError):
        press(client, customer=str(card.customer_id), card=str(card.pk), source="post")
    assert Order.objects.latest("pk").status == OrderStatus.CHARGED


def test_reserving_only_reserves(client: Client, agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    press(client, customer=str(card.customer_id), card=str(card.pk), wants="authorization")
    assert Order.objects.latest("pk").status == OrderStatus.RESERVED


def test_without_script_the_browser_is_sent_on_with_303(client: Client, gateway: Sandbox) -> None:
    answer = client.post(URL, typed(charge="1"))
    assert (answer.status_code, answer["Location"]) == (
        303,
        f"/orders/{Order.objects.get().number}/card/",
    )


def test_same_form_twice_makes_one_order_and_one_customer(client: Client, gateway: Sandbox) -> None:
    form = typed(charge="1", reference="A-1")
    first, second = (client.post(URL, form, headers=JSON) for _press in range(2))
    assert first.json() == second.json()
    assert (Order.objects.count(), Customer.objects.count()) == (1, 1)


def test_same_form_for_another_amount_is_refused_and_names_the_order(
    client: Client, gateway: Sandbox
) -> None:
    form = typed(charge="1")
    client.post(URL, form, headers=JSON)
    answer = client.post(URL, form | {"amount": "9"}, headers=JSON)
    assert answer.status_code == 422
    order = Order.objects.get()
    assert "already used" in answer.json()["errors"][0]["text"]
    assert f'<a href="/orders/{order.number}/">' in answer.json()["summary"]
    assert order.amount_minor == 250_500


def test_errors_name_their_fields_and_nothing_is_stored(client: Client) -> None:
    answer = press(client, amount="0", name="", email="")
    told = answer.json()
    assert answer.status_code == 422
    assert [line["id"] for line in told["errors"]] == ["id_customer_search", "id_amount"]
    assert "2 things to put right" in told["summary"]
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_what_the_browser_found_is_counted_and_nothing_is_stored(client: Client) -> None:
    answer = client.post(URL, typed(found_by_browser="2"), headers=JSON)
    assert (answer.status_code, answer.json()["errors"]) == (422, [])
    assert "2 things to put right" in answer.json()["summary"]
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"state": "revoked"}, "can no longer be used"),
        ({"state": "frozen"}, "can no longer be used"),
        ({"expiry": "2203"}, "ended 03/22"),
        ({"brand": "MADA"}, "cannot be charged by phone"),
    ],
)
def test_card_that_cannot_be_charged_is_refused_at_the_card(
    client: Client, gateway: Sandbox, facts: dict[str, str], sentence: str
) -> None:
    card = StoredCardFactory(**facts)
    [line] = press(client, customer=str(card.customer_id), card=str(card.pk)).json()["errors"]
    assert line["id"] == "id_card"
    assert sentence in line["text"]
    assert not Order.objects.exists()


def test_visa_amount_the_gateway_would_refuse_is_said_first(
    client: Client, gateway: Sandbox
) -> None:
    card = StoredCardFactory()
    answer = press(client, customer=str(card.customer_id), card=str(card.pk), amount="1.001")
    [line] = answer.json()["errors"]
    assert (line["id"], line["text"]) == (
        "id_amount",
        "Visa takes this currency only with a last decimal of 0.",
    )


def test_page_keeps_what_was_typed_beside_its_errors(client: Client) -> None:
    answer = client.post(URL, typed(charge="1", amount="1.2345", description="Dates"))
    assert answer.status_code == 422
    assert b'value="Dates"' in answer.content
    assert "Kuwaiti dinar has 3 decimals. You typed 4." in words(answer)


def test_choosing_a_customer_shows_the_cards_and_chooses_none(client: Client) -> None:
    card = StoredCardFactory()
    answer = client.post(URL, typed(choose=str(card.customer_id), description="Dates"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert card.customer.name in page
    assert 'value="Dates"' in page
    assert f'value="{card.pk}" data-label="Visa •••• 1111" data-alt-key="s">' in page


def test_customer_in_the_address_is_chosen(client: Client) -> None:
    customer = CustomerFactory()
    assert customer.name in words(client.get(f"{URL}?customer={customer.pk}"))


def test_last_source_is_the_next_ones_default(
    client: Client, agent: Staff, gateway: Sandbox
) -> None:
    press(client, source="post")
    agent.refresh_from_db()
    assert agent.last_source == "post"
    assert client.get(URL).context["form"]["source"].value() == "post"


def test_right_lost_half_way_stops_the_order(client: Client, agent: Staff) -> None:
    client.get(URL)
    agent.groups.clear()
    assert press(client).status_code == 403
    assert not Order.objects.exists()


def test_taking_orders_without_the_right_to_charge_is_not_enough() -> None:
    staff = StaffFactory()
    staff.user_permissions.add(Permission.objects.get(codename="take_order"))
    assert signed_in(staff).get(URL).status_code == 403


def test_card_fields_have_no_name_on_the_page(client: Client) -> None:
    page = client.get(URL).content.decode()
    assert page.count("data-card=") == 4
    for name in ("card_number", "expiry_date", "card_security_code", "card_holder_name"):
        assert f'name="{name}"' not in page


def test_card_number_in_any_field_is_refused_whole(client: Client) -> None:
    answer = press(client, description="4005 5500 0000 0001")
    assert answer.status_code == 400
    assert not Order.objects.exists()


def test_page_may_send_forms_to_the_gateway_and_to_nobody_else(
    client: Client, gateway: Sandbox
) -> None:
    answer = client.get(URL)
    origin = gateway.page_url.removesuffix("/FortAPI/paymentPage")
    assert f"form-action 'self' {origin};" in answer["Content-Security-Policy"]
    assert "connect-src 'self';" in answer["Content-Security-Policy"]


def test_only_the_one_who_pressed_first_sends(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    form = typed(charge="1", customer=str(card.customer_id), card=str(card.pk))
    for _press in range(3):
        signed_in(agent).post(URL, form, headers=JSON)
    operation = Operation.objects.latest("pk")
    assert operation.status == Status.APPROVED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_over_the_ceiling_it_is_reserved_and_the_page_says_that_it_waits(
    agent: Staff, client: Client, gateway: Sandbox
) -> None:
    limit_charges()
    card = steps.stored_card(agent)
    answer = press(client, customer=card.customer_id, card=card.pk, amount="125", currency="AED")
    page = words(client.get(answer.json()["location"]))
    assert "Waiting for approval" in page
    assert Order.objects.latest("pk").status == OrderStatus.RESERVED


def test_without_script_the_page_says_which_limit_the_amount_is_over(
    agent: Staff, client: Client
) -> None:
    limit_charges()
    page = client.post(URL, typed(look="1", amount="125", currency="AED"))
    assert "Over your limit." in words(page)
    within = client.post(URL, typed(look="1", amount="99", currency="AED"))
    assert 'id="over-ceiling" aria-live="polite" hidden' in within.content.decode()
