"""What waits for approval never hides what is not known about money: the page shows both."""

import pytest

from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, outside_payments, place
from orders.states import Act, Kind, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import charged, lost, now, reserved
from tests.services.outside import received, shown
from tests.services.over_ceiling import ask, ceiling
from tests.views.order_pages import look, signed_in

pytestmark = pytest.mark.django_db

LOST_ANSWER = 10_830  # the stand-in takes the money and the answer is lost


@pytest.fixture
def supervisor() -> Staff:
    for act in (Act.REFUND, Act.CAPTURE, Act.OUTSIDE):
        ceiling("supervisor", act, 5_000)
    return StaffFactory(supervisor=True)


def ask_outside(actor: Staff, order: Order) -> None:
    outside_payments.ask(actor=actor, order=order, received=received(order))


@pytest.fixture
def unknown(supervisor: Staff, gateway: Sandbox) -> Operation:
    """A charge whose answer was lost after somebody asked to record a cheque for its order."""
    order = OrderFactory(amount_minor=LOST_ANSWER, currency="AED")
    ask_outside(supervisor, order)
    operation = place.prepare_charge(
        actor=supervisor, form_key=place.new_form_key(), order=order
    ).operation
    steps.enter_card(operation)
    return steps.charge.charge(actor=supervisor, operation=now(operation))


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.RELEASED])
def test_a_charge_that_is_not_known_comes_before_a_cheque_that_waits(
    unknown: Operation, supervisor: Staff, status: Status
) -> None:
    Operation.objects.filter(pk=unknown.pk).update(status=status)
    before = shown(unknown.order)
    assert before.operation == unknown
    assert before.kind != "waiting"
    page = look(unknown.order, supervisor)
    assert before.title in page
    assert f"of {unknown.order.amount} waits for approval until" in page


def test_a_cheque_that_was_not_approved_does_not_hide_it_either(
    unknown: Operation, supervisor: Staff
) -> None:
    request = unknown.order.approvals.get()
    approvals.refuse(
        actor=StaffFactory(supervisor=True), request=request, reason="No such cheque came"
    )
    assert shown(unknown.order).kind == "unknown"
    page = signed_in(supervisor).get(unknown.order.get_absolute_url()).content.decode()
    assert f'action="{unknown.order.get_absolute_url()}ask/"' in page


def test_a_refund_that_is_not_settled_comes_before_one_that_waits(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ask(Kind.REFUND, supervisor, order, 6_000)
    refund = lost(gateway, "refund", supervisor, order, 2_000)
    page = look(order, supervisor)
    assert shown(order).operation == refund
    assert "Refund of AED 60.00 waits for approval until" in page


def test_of_two_that_wait_none_is_hidden(supervisor: Staff, gateway: Sandbox) -> None:
    order = OrderFactory(amount_minor=12_500, currency="AED", wants=Kind.AUTHORIZATION)
    ask_outside(supervisor, order)
    operation = place.prepare_charge(
        actor=supervisor, form_key=place.new_form_key(), order=order
    ).operation
    steps.enter_card(operation)
    steps.charge.charge(actor=supervisor, operation=now(operation))
    ask(Kind.CAPTURE, supervisor, order, 6_000)
    page = look(order, supervisor)
    assert "Capture of AED 60.00: nothing was sent yet." in page
    assert "of AED 125.00 waits for approval until" in page


def test_what_the_banner_tells_is_not_said_twice(supervisor: Staff, gateway: Sandbox) -> None:
    order = reserved(supervisor)
    ask(Kind.CAPTURE, supervisor, order, 6_000)
    assert "waits for approval until" not in look(order, supervisor)
