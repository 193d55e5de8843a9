import pytest

from orders.errors import Refused
from orders.models import Event, Staff
from orders.services import paid
from orders.states import OrderStatus
from tests.factories import OrderFactory, StaffFactory


def test_a_charged_order_is_marked_by_whom_and_when(agent: Staff) -> None:
    order = paid.mark_paid(actor=agent, order=OrderFactory(charged=True))
    assert order.status == OrderStatus.PAID
    assert order.paid_by == agent
    assert order.paid_at is not None
    assert Event.objects.get(order=order).kind == "marked_paid"


def test_marking_again_keeps_the_first_person(agent: Staff) -> None:
    order = paid.mark_paid(actor=agent, order=OrderFactory(charged=True))
    again = paid.mark_paid(actor=StaffFactory(agent=True), order=order)
    assert again.paid_by == agent
    assert Event.objects.filter(kind="marked_paid").count() == 1


@pytest.mark.parametrize("state", ["reserved", "declined", "unknown", "refunded", "voided"])
def test_an_order_without_the_money_is_never_marked(agent: Staff, state: str) -> None:
    with pytest.raises(Refused):
        paid.mark_paid(actor=agent, order=OrderFactory(**{state: True}))


def test_nobody_without_the_right_marks_an_order(db: None) -> None:
    with pytest.raises(Refused):
        paid.mark_paid(actor=StaffFactory(auditor=True), order=OrderFactory(charged=True))
