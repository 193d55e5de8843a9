"""The refund page: a button that names amount and card, for who may and typed the password."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from orders import clock
from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.states import Kind, OrderStatus, Status
from tests.factories import PASSWORD, OrderFactory, StaffFactory
from tests.services.after_sale import act, charged, reserved
from tests.services.test_duplicates import charged_twice
from tests.views.order_pages import look, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def proven(staff: Staff) -> Client:
    """A browser in which ``staff`` typed the password just now."""
    client = Client()
    client.post("/accounts/login/", {"login": staff.username, "password": PASSWORD})
    return client


def hidden(page: HttpResponse) -> dict[str, str]:
    """What the form carries."""
    html = page.content.decode()
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def url(order: Order) -> str:
    return f"/orders/{order.number}/refund/"


def press(client: Client, order: Order, page: HttpResponse, **typed: str) -> HttpResponse:
    said = {"how": "everything", "reason_code": "returned"} | hidden(page) | typed
    return client.post(url(order), said, follow=True)


def refunds(order: Order) -> int:
    return order.operations.filter(kind=Kind.REFUND).count()


def test_everything_left_goes_back_at_one_press(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    assert "Refund AED 125.00 to Visa •••• 0001" in words(page)
    assert "AED 125.00 was given back" in words(press(client, order, page))
    order.refresh_from_db()
    assert order.status == OrderStatus.REFUNDED


def test_a_part_is_named_on_the_button_before_it_is_sent(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    shown = press(client, order, client.get(url(order)), how="part", amount="40")
    assert "Refund AED 40.00 to Visa •••• 0001" in words(shown)
    assert "Nothing was sent yet." in words(shown)
    assert refunds(order) == 0
    press(client, order, shown, how="part", amount="40")
    assert order.operations.get(kind=Kind.REFUND).amount_minor == 4_000


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"how": "part", "amount": "10.005"}, "has 2 decimals. You typed 3."),
        ({"how": "part", "amount": "126"}, "more than is left"),
        ({"how": "part", "amount": ""}, "Type the amount."),
        ({"how": "part", "amount": "0"}, "more than zero"),
        ({"how": "everything", "amount": "40"}, "You typed a part."),
        ({"reason_code": ""}, "Choose a reason from the list."),
        ({"reason_code": "other"}, "Say why, in a few words."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(
    supervisor: Staff, gateway: Sandbox, typed: dict[str, str], sentence: str
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    assert sentence in words(press(client, order, client.get(url(order)), **typed))
    assert refunds(order) == 0


def test_fault_80_a_second_press_of_the_same_button_refunds_nothing_more(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    for _press in range(2):
        answer = press(client, order, page)
    assert "This form was used already." in words(answer)
    assert gateway.count(f"{order.number}-1", "REFUND") == 1


def test_a_second_person_with_an_old_page_is_told_what_is_left(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    act("refund", StaffFactory(supervisor=True), order, 2_500)
    shown = press(client, order, page)
    assert "AED 100.00" in words(shown)
    assert refunds(order) == 1


def test_an_unknown_refund_offers_nothing_that_sends(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    gateway.set(force="920")
    shown = words(press(client, order, page))
    assert "We do not know yet" in shown
    assert (
        "Capture… Void… Refund… not possible: another capture, void or refund is not settled yet."
        in shown
    )
    assert "not possible" in words(client.get(url(order), follow=True)).lower()


def test_no_card_can_be_given(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    html = page.content.decode()
    names = set(re.findall(r'name="(\w+)"', html))
    assert not {"card", "card_number", "token_name", "payment_option", "fort_id"} & names
    press(client, order, page, token_name="another", fort_id="169999999999999999")
    sent = next(one for one in gateway.requests if one["command"] == "REFUND")
    assert sent["parameters"]["fort_id"] == order.operations.get(kind=Kind.PURCHASE).fort_id
    assert "token_name" not in sent["parameters"]


def test_a_duplicate_is_given_back_from_its_alarm(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    client = proven(supervisor)
    link = f"{url(order)}?charge={duplicate.merchant_reference}"
    assert link in client.get("/attention/").content.decode()
    page = client.get(link)
    client.post(link, hidden(page) | {"reason_code": "charged_twice"})
    refund = order.operations.get(kind=Kind.REFUND)
    assert (refund.parent, refund.amount_minor) == (duplicate, 12_500)
    after = client.get("/attention/")
    assert link not in after.content.decode()
    assert "It has been given back whole. Close this." in words(after)


def test_the_password_is_asked_for_again_after_a_while(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    session = client.session
    records = session["account_authentication_methods"]
    for record in records:
        record["at"] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT + 1
    session["account_authentication_methods"] = records
    session.save()
    answer = client.get(url(order))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert "password" in words(client.get(answer["Location"])).lower()
    back = client.post(answer["Location"], {"password": PASSWORD})
    assert back["Location"] == url(order)
    assert client.get(url(order)).status_code == 200


def test_a_session_without_a_password_gives_nothing_back(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    assert signed_in(supervisor).get(url(order)).status_code == 302


def test_a_note_to_the_customer_stays_with_the_refund(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    note = "Your box  <came back>"
    shown = press(client, order, client.get(url(order)), customer_note=note)
    assert "Note to the customer: Your box &lt;came back&gt;" in words(shown)
    assert order.operations.get(kind=Kind.REFUND).customer_note == "Your box <came back>"
    assert order.operations.get(kind=Kind.PURCHASE).customer_note is None


def test_without_a_note_there_is_none(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    press(client, order, client.get(url(order)), customer_note="  ")
    assert order.operations.get(kind=Kind.REFUND).customer_note is None
    held = reserved(supervisor, amount_minor=9_100)
    assert "customer_note" not in client.get(f"/orders/{held.number}/void/").content.decode()


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    order = OrderFactory(charged=True)
    assert proven(StaffFactory(role=role)).get(url(order)).status_code == 403


def test_the_orders_page_says_what_may_be_done_and_why_not(
    supervisor: Staff, gateway: Sandbox
) -> None:
    held = reserved(supervisor)
    page = look(held, supervisor)
    assert "Refund… not possible: nothing was taken yet. Void the reservation instead." in page
    html = signed_in(supervisor).get(held.get_absolute_url()).content.decode()
    assert f"/orders/{held.number}/capture/" in html
    assert f"/orders/{held.number}/void/" in html
    assert f"/orders/{held.number}/refund/" not in html


def test_who_may_not_sees_no_buttons(gateway: Sandbox) -> None:
    agent = StaffFactory(agent=True)
    assert "Refund…" not in look(charged(agent), agent)


def test_a_refused_refund_is_told_and_leaves_the_order_as_it_was(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    gateway.set(force="820")
    shown = words(press(client, order, page))
    assert "Refused" in shown
    assert "What the order holds is unchanged." in shown
    assert order.operations.get(kind=Kind.REFUND).status == Status.DECLINED


def test_a_reservation_of_five_days_is_listed_for_a_person(
    supervisor: Staff, gateway: Sandbox
) -> None:
    with clock.at(clock.now() - timedelta(days=5)):
        order = reserved(supervisor)
    shown = words(signed_in(supervisor).get("/attention/"))
    assert "Reserved for long" in shown
    assert order.number in shown
    act("void", supervisor, order)
    assert order.number not in words(signed_in(supervisor).get("/attention/"))
