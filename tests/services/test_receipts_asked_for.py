"""Receipts that people ask for: to whom, about what, how often, and by whom."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Receipt, Staff
from orders.services import place, receipts
from orders.states import ReceiptState
from tests.factories import OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db


def asks(order: Order, actor: Staff | None = None, email: str = "", **given: object) -> Receipt:
    return receipts.ask(
        **{
            "actor": actor or order.taken_by,
            "order": order,
            "email": email or order.customer.email,
            "form_key": place.new_form_key(),
        }
        | given  # type: ignore[arg-type]
    )


def test_a_person_sends_one_to_another_address() -> None:
    order = OrderFactory(charged=True)
    receipt = asks(order, email="new@example.com")
    assert (receipt.address, receipt.made_by) == ("new@example.com", order.taken_by)
    assert receipt.operation == order.operations.get()
    event = order.events.get(kind="receipt_asked")
    assert (event.actor, event.data["receipt"]) == (order.taken_by, receipt.pk)
    assert "new@example.com" not in str(event.data)
    order.customer.refresh_from_db()
    assert order.customer.email != "new@example.com"


def test_it_tells_of_the_latest_thing_or_of_what_was_meant() -> None:
    order = OrderFactory(part_refunded=True)
    charge, refund = order.operations.order_by("id")
    assert asks(order).operation == refund
    assert asks(order, about=charge.pk).operation == charge


def test_what_is_not_proven_any_more_is_not_sent_again() -> None:
    order = OrderFactory(part_refunded=True)
    charge, refund = order.operations.order_by("id")
    Operation.objects.filter(pk=refund.pk).update(reversed_at=clock.now())
    for about in (refund.pk, 10**9):
        with pytest.raises(Refused, match="does not count any more"):
            asks(order, about=about)
    assert not Receipt.objects.exists()
    assert asks(order).operation == charge


def test_the_same_form_again_sends_nothing_again() -> None:
    order, key = OrderFactory(charged=True), place.new_form_key()
    assert asks(order, form_key=key) == asks(order, form_key=key)
    assert Receipt.objects.count() == 1
    with pytest.raises(Conflict):
        asks(OrderFactory(charged=True), form_key=key)


def test_the_same_form_with_another_address_is_a_conflict() -> None:
    order, key = OrderFactory(part_refunded=True), place.new_form_key()
    charge, refund = order.operations.order_by("id")
    asks(order, form_key=key, email="old@example.com", about=refund.pk)
    with pytest.raises(Conflict, match=re.escape("sent a receipt to \u2066old@example.com\u2069.")):
        asks(order, form_key=key, email="new@example.com", about=refund.pk)
    with pytest.raises(Conflict):
        asks(order, form_key=key, email="old@example.com", about=charge.pk)
    assert [one.address for one in Receipt.objects.all()] == ["old@example.com"]


def test_corrected_from_now_on_it_is_the_customers_address() -> None:
    order = OrderFactory(charged=True, receipt_address="wrong@example.com")
    asks(order, email="right@example.com", corrects_customer=True)
    order.refresh_from_db()
    order.customer.refresh_from_db()
    assert order.receipt_address == order.customer.email == "right@example.com"


def test_a_correction_reaches_the_customers_other_orders() -> None:
    order = OrderFactory(charged=True)
    other = OrderFactory(
        charged=True, customer=order.customer, receipt_address=order.customer.email
    )
    asks(order, email="right@example.com", corrects_customer=True)
    other.refresh_from_db()
    assert other.receipt_address == "right@example.com"


def test_who_wants_no_receipts_by_themselves_gets_none_after_a_correction() -> None:
    order = OrderFactory(charged=True, receipt_address="")
    asks(order, email="right@example.com", corrects_customer=True)
    order.refresh_from_db()
    assert order.receipt_address == ""


def test_what_waits_for_the_wrong_address_is_not_sent_any_more() -> None:
    order = OrderFactory(charged=True)
    wrong = asks(order, email="wrong@example.com")
    right = asks(order, email="right@example.com")
    again = asks(order, email="right@example.com")
    states = {one: Receipt.objects.get(pk=one.pk).state for one in (wrong, right, again)}
    assert states == {
        wrong: ReceiptState.REPLACED,
        right: ReceiptState.WAITING,
        again: ReceiptState.WAITING,
    }


def test_what_waits_and_tells_of_something_else_is_still_sent() -> None:
    order = OrderFactory(part_refunded=True)
    charge, refund = order.operations.order_by("id")
    first = asks(order, about=charge.pk, email="old@example.com")
    asks(order, about=refund.pk, email="new@example.com")
    assert Receipt.objects.get(pk=first.pk).state == ReceiptState.WAITING


def test_so_many_an_hour_and_no_more(settings: object) -> None:
    order = OrderFactory(charged=True)
    for _each in range(5):
        asks(order)
    with pytest.raises(Refused, match="5 receipts of this order were asked for"):
        asks(order)
    asks(OrderFactory(charged=True))
    with clock.at(clock.now() + timedelta(minutes=61)):
        asks(order)


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("  ", "email_missing"),
        ("aisha", "email_format"),
        ("4005550000000001@example.com", "card_number"),
        ("a" * 250 + "@example.com", "too_long"),
    ],
)
def test_what_is_no_address_is_refused(email: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        asks(OrderFactory(charged=True), email=email)
    assert (refusal.value.code, refusal.value.field) == (code, "email")


@pytest.mark.parametrize("state", ["declined", "unknown", "reserved", "voided"])
def test_where_no_money_was_taken_there_is_no_receipt(state: str) -> None:
    with pytest.raises(Refused, match="no money was taken"):
        asks(OrderFactory(**{state: True}))


def test_who_changes_nothing_sends_nothing() -> None:
    order = OrderFactory(charged=True)
    with pytest.raises(Refused, match="do not have the right"):
        asks(order, StaffFactory(auditor=True))
    assert not Receipt.objects.exists()


def test_sending_receipts_is_a_right_of_its_own() -> None:
    order = OrderFactory(charged=True)
    actor = StaffFactory()
    actor.user_permissions.set(Permission.objects.filter(codename="mark_paid"))
    with pytest.raises(Refused, match="do not have the right"):
        asks(order, Staff.objects.get(pk=actor.pk))
    actor.user_permissions.set(Permission.objects.filter(codename="send_receipt"))
    assert asks(order, Staff.objects.get(pk=actor.pk))


def test_a_correction_takes_the_right_to_change_customers(agent: Staff) -> None:
    order = OrderFactory(charged=True, taken_by=agent)
    agent.groups.get().permissions.remove(
        agent.groups.get().permissions.get(codename="change_customer")
    )
    agent = Staff.objects.get(pk=agent.pk)
    with pytest.raises(Refused, match="do not have the right"):
        asks(order, agent, corrects_customer=True)
    assert not Receipt.objects.exists()
    assert not order.events.filter(kind="receipt_asked").exists()
