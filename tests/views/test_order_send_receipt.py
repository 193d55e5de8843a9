"""Send a receipt from the page of an order: to the customer, to a corrected address, once more."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from orders import clock
from orders.models import Customer, Operation, Order, Receipt, Staff
from orders.services import place
from orders.states import ReceiptState
from tests.factories import CustomerFactory, OrderFactory, StaffFactory
from tests.views.order_pages import look, signed_in, words

pytestmark = pytest.mark.django_db


def url(order: Order) -> str:
    return f"/orders/{order.number}/receipt/send/"


def values(page: HttpResponse) -> dict[str, str]:
    """What the form begins with, by name."""
    text = page.content.decode()
    found = re.findall(r'name="(email|form_key|about)" value="([^"]*)"', text)
    return dict(found)


def send(order: Order, client: Client | None = None, **changes: str) -> HttpResponse:
    """The form as it is shown, with changes, sent."""
    client = client or signed_in(order.taken_by)
    begun = {"form_key": place.new_form_key(), "email": order.customer.email}
    return client.post(url(order), begun | changes, follow=True)


def test_it_begins_with_the_customers_address_and_sends_there() -> None:
    order = OrderFactory(charged=True)
    client = signed_in(order.taken_by)
    begun = values(client.get(url(order)))
    assert begun["email"] == order.customer.email
    page = client.post(url(order), begun, follow=True)
    receipt = Receipt.objects.get()
    assert (receipt.address, receipt.made_by) == (order.customer.email, order.taken_by)
    assert page.redirect_chain == [(order.get_absolute_url(), 303)]
    assert f"The receipt is on its way to \u2066{order.customer.email}\u2069." in words(page)
    assert f"{order.customer.email} · Purchase KWD 250.500 Waiting" in words(page)


def test_pressed_twice_it_sends_once() -> None:
    order = OrderFactory(charged=True)
    key = place.new_form_key()
    for _each in range(2):
        assert send(order, form_key=key).status_code == 200
    assert Receipt.objects.count() == 1


def test_pressed_again_with_another_address_it_says_where_it_went() -> None:
    order = OrderFactory(charged=True)
    key = place.new_form_key()
    send(order, form_key=key, email="old@example.com")
    text = words(send(order, form_key=key, email="new@example.com"))
    assert "This form already sent a receipt to \u2066old@example.com\u2069." in text
    assert "on its way" not in text


def test_what_is_said_names_the_address_that_was_used() -> None:
    order = OrderFactory(charged=True)
    text = words(send(order, email="aisha@example.com\u200e"))  # a hidden mark, as pasted
    assert Receipt.objects.get().address == "aisha@example.com"
    assert "on its way to \u2066aisha@example.com\u2069." in text


def test_a_corrected_address_may_become_the_customers() -> None:
    order = OrderFactory(charged=True)
    send(order, email="right@example.com")
    assert Customer.objects.get(pk=order.customer_id).email != "right@example.com"
    send(order, email="right@example.com", corrects_customer="on")
    assert Customer.objects.get(pk=order.customer_id).email == "right@example.com"


def test_sent_again_it_begins_with_what_was_sent() -> None:
    order = OrderFactory(part_refunded=True)
    charge = order.operations.get(kind="purchase")
    send(order, email="old@example.com", about=str(charge.pk))
    receipt = Receipt.objects.get()
    client = signed_in(order.taken_by)
    begun = values(client.get(f"{url(order)}?again={receipt.pk}"))
    assert (begun["email"], begun["about"]) == ("old@example.com", str(charge.pk))
    other = OrderFactory(charged=True, taken_by=order.taken_by)
    assert values(client.get(f"{url(other)}?again={receipt.pk}"))["email"] == other.customer.email
    assert client.get(f"{url(order)}?again=nonsense").status_code == 200


def test_the_form_names_the_movement_that_the_receipt_is_about() -> None:
    order = OrderFactory(part_refunded=True)
    charge, refund = order.operations.order_by("id")
    client = signed_in(order.taken_by)
    page = client.get(url(order))
    assert f"AboutRefund KWD 125.250 {refund}" in words(page)
    assert values(page)["about"] == str(refund.pk)
    send(order, client, about=str(charge.pk))
    page = client.get(f"{url(order)}?again={Receipt.objects.get().pk}")
    assert f"AboutPurchase KWD 250.500 {charge}" in words(page)


def test_a_receipt_of_what_does_not_count_any_more_is_not_sent_again() -> None:
    order = OrderFactory(part_refunded=True)
    refund = order.operations.get(kind="refund")
    send(order, about=str(refund.pk))
    Operation.objects.filter(pk=refund.pk).update(reversed_at=clock.now())
    client = signed_in(order.taken_by)
    page = client.get(f"{url(order)}?again={Receipt.objects.get().pk}", follow=True)
    assert page.redirect_chain == [(order.get_absolute_url(), 303)]
    assert "does not count any more" in words(page)
    assert "does not count any more" in words(send(order, client, about=str(refund.pk)))
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Email: Type an email address."),
        ("aisha", "Email: Enter a valid email address."),
        (f"{'a' * 250}@example.com", "at most 254 characters"),
    ],
)
def test_what_is_no_address_is_a_sentence_at_the_field(typed: str, sentence: str) -> None:
    page = send(OrderFactory(charged=True), email=typed)
    assert sentence in words(page)
    assert 'href="#id_email"' in page.content.decode()
    assert not Receipt.objects.exists()


def test_a_card_number_for_an_address_goes_no_further_than_the_door() -> None:
    order = OrderFactory(charged=True)
    for typed in ("4005550000000001", "4005550000000001@example.com"):
        answer = send(order, email=typed)
        assert answer.status_code == 400
        assert "4005550000000001" not in answer.content.decode()
    assert not Receipt.objects.exists()


def test_too_many_within_an_hour_is_a_sentence() -> None:
    order = OrderFactory(charged=True)
    for _each in range(5):
        send(order)
    assert "5 receipts of this order were asked for within an hour." in words(send(order))
    assert Receipt.objects.count() == 5


def test_without_money_taken_there_is_nothing_to_send() -> None:
    order = OrderFactory(declined=True)
    assert "There is no receipt" in words(signed_in(order.taken_by).get(url(order), follow=True))
    assert "Send receipt" not in look(order)


def test_who_may_send() -> None:
    order = OrderFactory(charged=True)
    for staff, status in (
        (StaffFactory(supervisor=True), 200),
        (StaffFactory(agent=True), 404),
        (StaffFactory(auditor=True), 403),
        (StaffFactory(admin=True), 403),
    ):
        assert signed_in(staff).get(url(order)).status_code == status
        assert send(order, signed_in(staff)).status_code == status
    assert Receipt.objects.count() == 1


def test_without_the_right_to_send_receipts_it_is_neither_offered_nor_done() -> None:
    order = OrderFactory(charged=True)
    send(order)
    Receipt.objects.update(state=ReceiptState.FAILED, due_at=None)
    group = order.taken_by.groups.get()
    group.permissions.remove(group.permissions.get(codename="send_receipt"))
    client = signed_in(Staff.objects.get(pk=order.taken_by_id))
    for path in ("", "receipt/"):
        text = words(client.get(order.get_absolute_url() + path))
        assert "Send receipt" not in text
        assert "Send again" not in text
    assert send(order, client).status_code == 403
    assert Receipt.objects.count() == 1


def test_without_the_right_to_change_customers_the_tick_is_neither_shown_nor_heard() -> None:
    order = OrderFactory(charged=True)
    group = order.taken_by.groups.get()
    group.permissions.remove(group.permissions.get(codename="change_customer"))
    client = signed_in(Staff.objects.get(pk=order.taken_by_id))
    assert "From now on" not in words(client.get(url(order)))
    send(order, client, email="right@example.com", corrects_customer="on")
    assert Receipt.objects.count() == 1
    assert Customer.objects.get(pk=order.customer_id).email == order.customer.email


# On the page of the order


def test_the_order_tells_to_whom_receipts_went_and_which_did_not() -> None:
    order = OrderFactory(charged=True)
    for name, state in (("a", ReceiptState.SENT), ("b", ReceiptState.FAILED)):
        send(order, email=f"{name}@example.com")
        changes = {"state": state, "due_at": None, "problem": "SMTPRecipientsRefused 550"}
        if state == ReceiptState.SENT:
            changes |= {"sent_at": order.taken_at, "problem": ""}
        Receipt.objects.filter(address=f"{name}@example.com").update(**changes)
    text = look(order)
    assert re.search(r"b@example.com · Purchase KWD 250.500 Could not be sent .* 550 Send", text)
    assert re.search(r"a@example.com · Purchase KWD 250.500 Sent · \d+ \w+ 2026", text)
    assert text.index("b@example.com") < text.index("a@example.com")
    assert "Receipt asked for" in text


def test_who_has_no_email_is_offered_a_letter() -> None:
    order = OrderFactory(charged=True, customer=CustomerFactory(email="", address="P.O. Box 12"))
    text = look(order)
    assert "The customer has no email. A letter can be printed." in text
    assert "Print letter" in text


def test_who_looks_only_is_not_offered_to_send() -> None:
    order = OrderFactory(charged=True)
    text = look(order, StaffFactory(auditor=True))
    assert "Print receipt" in text
    assert "Send receipt" not in text
