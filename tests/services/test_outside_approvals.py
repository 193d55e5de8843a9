"""Payments outside the gateway over a ceiling: recorded only once a second person approves."""

from functools import partial

import pytest

from orders.errors import Conflict
from orders.models import ApprovalRequest, Order, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, breaker, outside_payments
from orders.states import Act, ApprovalStatus, OrderStatus, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.services.outside import received, record, released, take_back
from tests.services.over_ceiling import ceiling, refused
from tests.together import together


@pytest.fixture
def second(db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def order(db: None) -> Order:
    ceiling("supervisor", Act.OUTSIDE, 10_000, 20_000)
    return OrderFactory(amount_minor=12_500, currency="AED")


def ask(actor: Staff, order: Order, **changes: object) -> ApprovalRequest:
    return outside_payments.ask(actor=actor, order=order, received=received(order, **changes))


def test_a_payment_over_the_ceiling_is_recorded_once_it_is_approved(
    order: Order, supervisor: Staff, second: Staff
) -> None:
    request = ask(supervisor, order)
    order.refresh_from_db()
    assert (order.status, OutsidePayment.objects.count()) == (OrderStatus.OPEN, 0)
    approvals.approve(actor=second, request=request)
    order.refresh_from_db()
    payment = OutsidePayment.objects.get()
    assert (order.status, payment.method, payment.reference) == (
        OrderStatus.PAID_OUTSIDE,
        "cheque",
        "CHQ 4711",
    )
    assert (payment.recorded_by, payment.approver) == (supervisor, second)
    assert order.events.latest("position").kind == "outside_payment_recorded"


def test_nobody_records_over_their_ceiling_by_themselves(order: Order, supervisor: Staff) -> None:
    with refused("over_ceiling"):
        record(supervisor, order)
    assert not OutsidePayment.objects.exists()


def test_what_nobody_has_to_approve_is_not_asked_for(order: Order, supervisor: Staff) -> None:
    small = OrderFactory(amount_minor=9_000, currency="AED")
    with refused("within_ceiling"):
        ask(supervisor, small)
    assert record(supervisor, small).approver is None


def test_small_sums_of_a_day_add_up(order: Order, supervisor: Staff, second: Staff) -> None:
    ours = [OrderFactory(amount_minor=9_000, currency="AED") for _each in range(3)]
    record(supervisor, ours[0])
    record(supervisor, ours[1])
    with refused("over_ceiling"):
        record(supervisor, ours[2])
    assert record(second, ours[2])


def test_taking_back_makes_no_room_for_more_that_day(order: Order, supervisor: Staff) -> None:
    ours = [OrderFactory(amount_minor=9_000, currency="AED") for _each in range(3)]
    record(supervisor, ours[0])
    take_back(supervisor, record(supervisor, ours[1]))
    with refused("over_ceiling"):
        record(supervisor, ours[2])


def test_what_was_approved_leaves_the_day_to_its_asker(
    order: Order, supervisor: Staff, second: Staff
) -> None:
    approvals.approve(actor=second, request=ask(supervisor, order))
    assert record(supervisor, OrderFactory(amount_minor=9_000, currency="AED"))


def test_nobody_approves_what_they_asked_for(order: Order, supervisor: Staff) -> None:
    with refused("not_by_you"):
        approvals.approve(actor=supervisor, request=ask(supervisor, order))


def test_a_refused_payment_is_never_recorded(
    order: Order, supervisor: Staff, second: Staff
) -> None:
    request = ask(supervisor, order)
    approvals.refuse(actor=second, request=request, reason="No such cheque came")
    with pytest.raises(Conflict):
        approvals.approve(actor=second, request=request)
    assert not OutsidePayment.objects.exists()


def test_an_order_that_a_card_paid_meanwhile_is_not_recorded_too(
    order: Order, supervisor: Staff, second: Staff, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.charge_new(agent, amount_minor=12_500)
    taken = operation.order
    request = ApprovalRequest.objects.get(pk=ask(supervisor, order).pk)
    ApprovalRequest.objects.filter(pk=request.pk).update(order=taken)
    request.refresh_from_db()
    with pytest.raises(Conflict):
        approvals.approve(actor=second, request=request)
    request.refresh_from_db()
    assert (operation.status, request.status) == (Status.APPROVED, ApprovalStatus.PENDING)
    assert not OutsidePayment.objects.exists()


def test_it_is_decided_while_the_gateway_is_away(
    order: Order, supervisor: Staff, second: Staff, settings: object
) -> None:
    request = ask(supervisor, order)
    settings.RESOLVE_BREAKER_AFTER = 1  # type: ignore[attr-defined]
    breaker.heard(answered=False, reason="timeout")
    assert breaker.is_away()
    approvals.approve(actor=second, request=request)
    assert OutsidePayment.objects.exists()


def test_the_same_form_asks_once(order: Order, supervisor: Staff) -> None:
    first = ask(supervisor, order, form_key="k" * 26)
    assert ask(supervisor, order, form_key="k" * 26) == first
    for other in ({"method": "cash"}, {"reference": "CHQ 4712"}):
        with pytest.raises(Conflict, match="already used"):
            ask(supervisor, order, form_key="k" * 26, **other)
    with pytest.raises(Conflict, match="already used"):
        ask(supervisor, OrderFactory(amount_minor=12_500, currency="AED"), form_key="k" * 26)


def test_a_form_pressed_twice_at_once_asks_once(transactional_db: None, supervisor: Staff) -> None:
    ceiling("supervisor", Act.OUTSIDE, 10_000)
    order = OrderFactory(amount_minor=12_500, currency="AED")
    form = received(order)
    press = partial(outside_payments.ask, actor=supervisor, order=order, received=form)
    first, second = together(press, press)
    assert first == second == order.approvals.get()


def test_one_whose_card_was_tried_since_has_to_be_asked_for_anew(
    order: Order, supervisor: Staff, second: Staff
) -> None:
    request = ask(supervisor, order)
    released(order)
    with refused("tried_since"):
        approvals.approve(actor=second, request=request)
    assert not OutsidePayment.objects.exists()


def test_two_payments_at_once_do_not_slip_under_a_ceiling(
    transactional_db: None, supervisor: Staff
) -> None:
    ceiling("supervisor", Act.OUTSIDE, None, 15_000)
    ours = [OrderFactory(amount_minor=9_000, currency="AED") for _each in range(2)]
    together(*[lambda one=one: record(supervisor, one) for one in ours])  # type: ignore[misc]
    assert OutsidePayment.objects.count() == 1
