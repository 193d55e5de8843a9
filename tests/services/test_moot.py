"""What was asked for ends without a decision once its order leaves nothing to approve."""

import pytest

from orders.errors import Conflict
from orders.models import ApprovalRequest, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, audit, outside_payments, place, resolve, unapproved
from orders.states import Act, ApprovalStatus, Kind, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import act, asked, charged, deliver, kinds, lost, reserved, told_of
from tests.services.outside import received, record
from tests.services.over_ceiling import ask, ceiling, request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    for one in (Act.CAPTURE, Act.REFUND, Act.OUTSIDE):
        ceiling("supervisor", one, at_once=8_000)
    return StaffFactory(supervisor=True)


@pytest.fixture
def boss(transactional_db: None) -> Staff:
    """Somebody whom no ceiling holds."""
    return StaffFactory(supervisor=True, is_superuser=True)


def is_moot(order: Order) -> bool:
    """Whether the order's newest request ended so, told in the trail and never to be approved."""
    request = request_of(order)
    if request.status != ApprovalStatus.MOOT:
        assert request.is_pending
        return False
    assert kinds(order).count("approval_moot") == 1
    assert list(audit.verify(order.number)) == []
    with pytest.raises(Conflict, match="came to nothing"):
        approvals.approve(actor=StaffFactory(supervisor=True), request=request)
    assert request not in unapproved.due()
    return True


def ask_outside(actor: Staff) -> ApprovalRequest:
    """A request for a cheque over AED 125.00 that a new order was paid by."""
    order = OrderFactory(amount_minor=12_500, currency="AED")
    return outside_payments.ask(actor=actor, order=order, received=received(order))


def test_a_capture_is_moot_once_its_reservation_is_voided(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    ask(Kind.CAPTURE, supervisor, order, 10_000)
    act("void", supervisor, order)
    assert is_moot(order)


def test_a_capture_is_moot_once_its_reservation_lapsed(supervisor: Staff, gateway: Sandbox) -> None:
    order = reserved(supervisor)
    ask(Kind.CAPTURE, supervisor, order, 10_000)
    gateway.lapse(f"{order.number}-1")
    asked(order.operations.get())
    assert order.operations.get().status == Status.LAPSED
    assert is_moot(order)


def test_a_capture_is_moot_once_a_colleague_took_all(
    supervisor: Staff, boss: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    ask(Kind.CAPTURE, supervisor, order, 10_000)
    act("capture", boss, order, 12_500)
    assert is_moot(order)


@pytest.mark.parametrize(("amount_minor", "moot"), [(10_000, True), (8_001, False)])
def test_a_refund_is_moot_once_less_is_left_than_it_gives_back(
    supervisor: Staff, gateway: Sandbox, amount_minor: int, moot: bool
) -> None:
    order = charged(supervisor)
    ask(Kind.REFUND, supervisor, order, amount_minor)
    act("refund", supervisor, order, 4_000)
    assert is_moot(order) == moot


def test_a_refund_waits_while_another_one_is_not_settled(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ask(Kind.REFUND, supervisor, order, 10_000)
    other = lost(gateway, "refund", supervisor, order, 5_000)
    assert not is_moot(order)
    asked(other)
    assert is_moot(order)


def test_a_refund_is_moot_once_the_back_office_gave_the_money_back(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ask(Kind.REFUND, supervisor, order, 10_000)
    deliver(gateway.act("REFUND", f"{order.number}-1", 12_500))
    assert is_moot(order)


def test_a_refund_is_moot_once_an_equal_one_of_the_back_office_is_found_by_the_totals(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ours = act("refund", supervisor, order, 2_000)
    ask(Kind.REFUND, supervisor, order, 10_000)
    gateway.act("REFUND", f"{order.number}-1", 2_000)
    deliver(told_of(gateway, ours))
    resolve.once()
    assert order.operations.filter(kind=Kind.REFUND, is_external=True).exists()
    assert is_moot(order)


def test_a_payment_outside_the_gateway_is_moot_once_another_one_was_recorded(
    supervisor: Staff, boss: Staff, gateway: Sandbox
) -> None:
    request = ask_outside(supervisor)
    record(boss, request.order)
    assert is_moot(request.order)


def test_a_payment_outside_the_gateway_is_moot_once_a_card_paid(
    supervisor: Staff, agent: Staff, gateway: Sandbox
) -> None:
    order = ask_outside(supervisor).order
    operation = place.prepare_charge(
        actor=agent, form_key=place.new_form_key(), order=order
    ).operation
    steps.enter_card(operation)
    assert not is_moot(order)
    operation.refresh_from_db()
    steps.charge.charge(actor=agent, operation=operation)
    assert is_moot(order)


def test_a_payment_outside_the_gateway_still_waits_beside_a_reservation_that_may_be_voided(
    supervisor: Staff, agent: Staff, gateway: Sandbox
) -> None:
    order = ask_outside(supervisor).order
    Order.objects.filter(pk=order.pk).update(wants=Kind.AUTHORIZATION)
    operation = place.prepare_charge(
        actor=agent, form_key=place.new_form_key(), order=order
    ).operation
    steps.charge.charge(actor=agent, operation=steps.enter_card(operation))
    assert not is_moot(order)
    act("void", supervisor, order)
    assert not is_moot(order)
