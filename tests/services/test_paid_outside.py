"""What a payment outside the gateway forbids, and a card that turns out to have paid as well."""

from collections.abc import Callable

import pytest

from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Event, Order, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import (
    attention,
    charge,
    evidence,
    paid,
    place,
    resend,
)
from orders.services.what_to_do import what_to_do
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import (
    OperationFactory,
    OrderFactory,
    OutsidePaymentFactory,
    StoredCardFactory,
)
from tests.services.after_sale import act, now, sums
from tests.services.outside import by_a_new_card, found_late, record, seen, shown, take_back
from tests.services.said import said

pytestmark = pytest.mark.django_db


# Nothing charges an order that was paid outside the gateway.


def by_a_stored_card(actor: Staff, order: Order) -> object:
    card = StoredCardFactory(customer=order.customer)
    key = place.new_form_key()
    return place.prepare_charge(actor=actor, form_key=key, order=order, stored_card=card)


def by_the_same_again(actor: Staff, order: Order) -> object:
    return resend.resend(actor=actor, operation=order.operations.latest("id"))


def by_marking(actor: Staff, order: Order) -> object:
    return paid.mark_paid(actor=actor, order=order)


@pytest.mark.parametrize("pay", [by_a_new_card, by_a_stored_card, by_the_same_again, by_marking])
@pytest.mark.parametrize("status", [OrderStatus.PAID_OUTSIDE, OrderStatus.OPEN])
def test_nothing_charges_it_or_marks_it_as_paid(
    supervisor: Staff, gateway: Sandbox, pay: Callable[[Staff, Order], object], status: str
) -> None:
    order = OrderFactory()
    OperationFactory(order=order, sent=True, status=Status.NOT_CHARGED, fort_id="")
    OutsidePaymentFactory(order=order)
    Order.objects.filter(pk=order.pk).update(status=status)
    with pytest.raises(Conflict) as conflict:
        pay(supervisor, order)
    assert conflict.value.code == "paid_outside"
    order.refresh_from_db()
    assert (order.paid_at, gateway.requests) == (None, [])


def test_a_card_that_waits_beside_it_is_not_charged(supervisor: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(supervisor))
    OutsidePaymentFactory(order=operation.order)
    with pytest.raises(Conflict) as conflict:
        charge.charge(actor=supervisor, operation=operation)
    assert conflict.value.code == "paid_outside"
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


# A card's money that comes to light afterwards.


def test_a_card_that_paid_as_well_outranks_it_and_alarms(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, found = found_late(supervisor, gateway)
    assert (order.status, sums(order)) == (OrderStatus.CHARGED, (12_500, 12_500, 0))
    assert shown(order).kind == "approved"
    assert not shown(order).may_mark_paid
    assert "Paid twice" in seen(order)[0]
    alarm = next(
        one for one in attention.alarms(supervisor).items if one.event.kind == "paid_twice"
    )
    assert (alarm.operation, alarm.gives_back) == (found, "refund")
    assert "The customer paid twice." in alarm.to_do
    with pytest.raises(Conflict):
        paid.mark_paid(actor=supervisor, order=order)


def test_once_the_card_got_its_money_back_the_order_is_paid_outside(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, found = found_late(supervisor, gateway)
    act("refund", supervisor, order, 12_500)
    order.refresh_from_db()
    assert (order.status, seen(order)) == (OrderStatus.PAID_OUTSIDE, [])
    assert shown(order).kind == "outside"
    assert "Only one of the two" in what_to_do("paid_twice", now(found))
    assert [one.gives_back for one in attention.alarms(supervisor).items] == ["", ""]


def test_a_part_given_back_leaves_it_paid_twice(supervisor: Staff, gateway: Sandbox) -> None:
    order, found = found_late(supervisor, gateway)
    act("refund", supervisor, order, 2_500)
    order.refresh_from_db()
    assert order.status == OrderStatus.PART_REFUNDED
    assert "Paid twice" in seen(order)[0]
    assert "The customer paid twice." in what_to_do("paid_twice", now(found))


def test_once_the_cheque_went_back_the_card_counts(supervisor: Staff, gateway: Sandbox) -> None:
    order, found = found_late(supervisor, gateway)
    take_back(supervisor, OutsidePayment.objects.get())
    order.refresh_from_db()
    assert (order.status, seen(order)) == (OrderStatus.CHARGED, [])
    assert "Only one of the two" in what_to_do("paid_twice", now(found))
    assert paid.mark_paid(actor=supervisor, order=order).status == OrderStatus.PAID


def test_a_reservation_that_comes_to_light_is_voided_and_never_taken(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, _found = found_late(supervisor, gateway, wants="authorization")
    assert order.status == OrderStatus.RESERVED
    alarms = attention.alarms(supervisor).items
    assert [one.gives_back for one in alarms if one.event.kind == "paid_twice"] == ["void"]
    with pytest.raises(Refused, match="Void the reservation"):
        act("capture", supervisor, order, 12_500)
    assert gateway.count(f"{order.number}-1", "CAPTURE") == 0
    act("void", supervisor, order)
    order.refresh_from_db()
    assert (order.status, seen(order)) == (OrderStatus.PAID_OUTSIDE, [])


def test_a_charge_of_an_order_without_one_alarms_nobody_of_it(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = OrderFactory()
    take_back(supervisor, record(supervisor, order))
    first = OperationFactory(order=order, declined=True, fort_id="")
    evidence.apply(operation=first, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    assert not Event.objects.filter(kind="paid_twice").exists()
