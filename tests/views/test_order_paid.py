"""Marking as paid is a person's act on a confirmed charge."""

import pytest

from orders.models import Order
from orders.states import OrderStatus
from tests.factories import OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_a_charged_order_is_marked_with_person_and_time() -> None:
    order = OrderFactory(charged=True)
    answer = signed_in(order.taken_by).post(_url(order), follow=True)
    order.refresh_from_db()
    assert (order.status, order.paid_by) == (OrderStatus.PAID, order.taken_by)
    assert f"Order {order.number} is marked as paid." in words(answer)


@pytest.mark.parametrize("state", ["declined", "unknown", "reserved"])
def test_without_a_confirmed_charge_it_says_why_not(state: str) -> None:
    order = OrderFactory(**{state: True})
    answer = signed_in(order.taken_by).post(_url(order), follow=True)
    order.refresh_from_db()
    assert order.paid_at is None
    assert "Only an order whose whole amount is charged can be marked as paid." in words(answer)


def test_marking_again_keeps_the_first_person() -> None:
    order = OrderFactory(charged=True)
    signed_in(order.taken_by).post(_url(order))
    signed_in(StaffFactory(supervisor=True)).post(_url(order))
    assert Order.objects.get(pk=order.pk).paid_by == order.taken_by


def test_an_auditor_may_not_mark() -> None:
    order = OrderFactory(charged=True)
    auditor = signed_in(StaffFactory(auditor=True))
    assert auditor.post(_url(order)).status_code == 403


def test_somebody_elses_order_is_not_found() -> None:
    other = signed_in(StaffFactory(agent=True))
    assert other.post(_url(OrderFactory(charged=True))).status_code == 404


def test_looking_at_the_address_marks_nothing() -> None:
    order = OrderFactory(charged=True)
    assert signed_in(order.taken_by).get(_url(order)).status_code == 405


def test_a_form_from_another_site_is_refused() -> None:
    order = OrderFactory(charged=True)
    assert signed_in(order.taken_by, checks_csrf=True).post(_url(order)).status_code == 403


def _url(order: Order) -> str:
    return f"/orders/{order.number}/paid/"
