"""What is still open of somebody's charges, and what became of those that were."""

import pytest

from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals
from orders.services.awaited import open_orders, settled
from orders.states import OrderStatus, Source
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges

pytestmark = pytest.mark.django_db


def test_a_charge_that_is_unknown_or_being_sent_is_open_for_who_sent_it() -> None:
    agent = StaffFactory(agent=True)
    unknown = OrderFactory(unknown=True, taken_by=agent)
    unknown.operations.update(actor=agent)
    sent = OperationFactory(order=OrderFactory(status=OrderStatus.UNKNOWN), sent=True, actor=agent)
    OrderFactory(charged=True, taken_by=agent).operations.update(actor=agent)
    assert open_orders(agent) == {unknown.pk, sent.order_id}


def test_what_a_colleague_sent_is_the_colleagues_to_wait_for() -> None:
    order = OrderFactory(unknown=True)
    order.operations.update(actor=StaffFactory(agent=True))
    assert open_orders(order.taken_by) == set()


def test_news_is_what_the_page_of_the_order_would_say() -> None:
    agent = StaffFactory(agent=True)
    orders = [OrderFactory(**{state: True}, taken_by=agent) for state in ("charged", "declined")]
    said = [(news.order, news.result.title) for news in settled(agent, [one.pk for one in orders])]
    assert said == [(orders[0], "Approved"), (orders[1], "Declined")]


def test_an_order_that_is_open_is_no_news() -> None:
    order = OrderFactory(unknown=True)
    assert settled(order.taken_by, [order.pk]) == []


def test_nobody_hears_of_an_order_that_they_may_not_see() -> None:
    OrderFactory(charged=True)
    assert settled(StaffFactory(agent=True), [Order.objects.get().pk]) == []


def test_the_end_of_a_request_is_news_for_who_asked(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    limit_charges()
    request = charge_over(agent)
    assert open_orders(agent) == {request.order_id}
    assert open_orders(supervisor) == set()
    approvals.approve(actor=supervisor, request=request)
    assert open_orders(agent) == set()
    (news,) = settled(agent, [request.order_id])
    assert news.result.title == "Approved"


def test_a_refused_request_is_news_too(agent: Staff, supervisor: Staff, gateway: Sandbox) -> None:
    limit_charges()
    request = charge_over(agent)
    approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")
    (news,) = settled(agent, [request.order_id])
    assert (news.result.kind, news.result.title) == ("declined", "Not approved")


def test_charges_of_a_repeat_run_are_awaited_on_its_own_page() -> None:
    order = OrderFactory(unknown=True, source=Source.REPEAT)
    assert open_orders(order.taken_by) == set()
