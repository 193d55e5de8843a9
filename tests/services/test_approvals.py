"""A charge over the ceiling is reserved, and captured or let go of by what a second person says."""

import pytest

from orders.errors import Conflict
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, audit
from orders.states import ApprovalStatus, Kind, OrderStatus, Reason, Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.after_sale import act, kinds, sums
from tests.services.over_ceiling import (
    charge_over,
    limit_charges,
    refused,
    request_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent(transactional_db: None) -> Staff:
    limit_charges()
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def other(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


def test_a_charge_over_the_ceiling_is_reserved_and_captured_on_approval(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    order = request.order
    assert (order.wants, order.status) == (Kind.PURCHASE, OrderStatus.RESERVED)
    assert (request.status, request.act, request.amount_minor) == ("pending", "charge", 12_500)
    assert (request.limit, request.ceiling_minor) == ("per_act", 10_000)
    assert request.requested_by == agent
    request = approvals.approve(actor=supervisor, request=request)
    assert (request.status, request.decided_by) == (ApprovalStatus.APPROVED, supervisor)
    capture = order.operations.get(kind=Kind.CAPTURE)
    assert (capture.status, capture.actor, capture.approver) == ("approved", agent, supervisor)
    assert (capture.amount_minor, capture.reason_code) == (12_500, Reason.APPROVED)
    assert request.made == capture
    assert sums(order) == (12_500, 12_500, 0)
    assert gateway.count(f"{order.number}-1", "AUTHORIZATION") == 1
    assert gateway.count(f"{order.number}-1", "CAPTURE") == 1
    assert gateway.count(f"{order.number}-1", "PURCHASE") == 0
    assert kinds(order)[-3:] == ["approval_granted", "capture_sending", "capture_approved"]
    assert list(audit.verify()) == []


def test_a_charge_within_the_ceiling_is_charged_at_once(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=10_000)
    assert (operation.kind, operation.status) == (Kind.PURCHASE, Status.APPROVED)
    assert not operation.order.approvals.exists()


def test_a_stored_card_over_the_ceiling_is_reserved_and_waits(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    placed = steps.place_stored(agent, card, amount_minor=15_000)
    assert placed.operation.kind == Kind.AUTHORIZATION
    request = request_of(placed.operation.order)
    assert request.form_key == placed.operation.form_key
    again = steps.place_stored(agent, card, placed.operation.form_key, amount_minor=15_000)
    assert (again.operation, again.is_new) == (placed.operation, False)
    assert placed.operation.order.approvals.count() == 1


def test_a_reservation_that_was_all_the_order_wants_stays_one_when_approved(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent, wants=Kind.AUTHORIZATION)
    request = approvals.approve(actor=supervisor, request=request)
    assert (request.status, request.made) == (ApprovalStatus.APPROVED, None)
    assert sums(request.order) == (12_500, 0, 0)
    act("capture", supervisor, request.order, 12_500)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_a_refused_charge_is_let_go_of_at_once(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    request = approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")
    void = request.order.operations.get(kind=Kind.VOID)
    assert (request.status, request.made) == (ApprovalStatus.REFUSED, void)
    assert request.decision_reason == "Too much for one call"
    assert (void.actor, void.reason_code) == (supervisor, Reason.NOT_APPROVED)
    request.order.refresh_from_db()
    assert request.order.status == OrderStatus.VOIDED
    assert gateway.count(f"{request.order.number}-1", "VOID_AUTHORIZATION") == 1
    assert gateway.count(f"{request.order.number}-1", "CAPTURE") == 0


def test_who_asked_may_take_it_back(agent: Staff, gateway: Sandbox) -> None:
    request = approvals.withdraw(actor=agent, request=charge_over(agent))
    assert (request.status, request.decided_by) == (ApprovalStatus.WITHDRAWN, None)
    assert sums(request.order) == (0, 0, 0)


def test_nobody_else_takes_it_back(agent: Staff, supervisor: Staff, gateway: Sandbox) -> None:
    request = charge_over(agent)
    with refused("not_yours"):
        approvals.withdraw(actor=supervisor, request=request)
    assert request_of(request.order).is_pending


def test_a_refusal_needs_a_reason(agent: Staff, supervisor: Staff, gateway: Sandbox) -> None:
    request = charge_over(agent)
    with refused("reason_missing"):
        approvals.refuse(actor=supervisor, request=request, reason=" ")
    assert request_of(request.order).is_pending


def test_an_agent_approves_nothing(agent: Staff, gateway: Sandbox) -> None:
    request = charge_over(agent)
    with refused("not_permitted"):
        approvals.approve(actor=StaffFactory(agent=True), request=request)


def test_nobody_approves_or_refuses_their_own_request(supervisor: Staff, gateway: Sandbox) -> None:
    limit_charges(role="supervisor")
    request = charge_over(supervisor)
    with refused("not_by_you"):
        approvals.approve(actor=supervisor, request=request)
    with refused("not_by_you"):
        approvals.refuse(actor=supervisor, request=request, reason="I changed my mind")
    assert request_of(request.order).is_pending
    assert gateway.count(f"{request.order.number}-1", "CAPTURE") == 0


def test_who_sent_a_colleagues_charge_does_not_approve_it(
    agent: Staff, supervisor: Staff, other: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    from_other_hand = steps.charge.charge(actor=supervisor, operation=operation)
    request = request_of(from_other_hand.order)
    assert request.requested_by == agent
    with refused("not_by_you"):
        approvals.approve(actor=supervisor, request=request)
    approvals.approve(actor=other, request=request)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_the_second_to_decide_is_told_who_was_quicker(
    agent: Staff, supervisor: Staff, other: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    approvals.approve(actor=supervisor, request=request)
    with pytest.raises(Conflict) as told:
        approvals.refuse(actor=other, request=request, reason="Too much for one call")
    assert f"{supervisor}" in str(told.value)
    assert "approved it" in str(told.value)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_nothing_is_approved_before_the_reservation_is_proven(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    request = charge_over(agent, amount_minor=12_930)
    assert request.operation.status == Status.UNKNOWN
    with refused("not_reserved_yet"):
        approvals.approve(actor=supervisor, request=request)
    assert request_of(request.order).is_pending
    assert not Operation.objects.filter(kind=Kind.CAPTURE).exists()


def test_a_charge_that_is_declined_needs_no_decision_any_more(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    operation = steps.charge_new(agent, steps.DECLINED_VISA)
    request = request_of(operation.order)
    assert request.status == ApprovalStatus.MOOT
    with refused("decided_already"):
        approvals.approve(actor=supervisor, request=request)


def test_a_card_given_up_takes_its_request_along(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(agent)
    steps.place.cancel(actor=agent, operation=operation)
    assert request_of(operation.order).status == ApprovalStatus.MOOT


def test_refusing_before_the_card_was_charged_stops_it(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    request = request_of(operation.order)
    approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    with pytest.raises(Conflict):
        steps.charge.charge(actor=agent, operation=operation)
    assert gateway.count(f"{operation.order.number}-1", "AUTHORIZATION") == 0


def test_nobody_captures_by_hand_what_waits_or_was_not_approved(
    agent: Staff, supervisor: Staff, other: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    with refused("not_now"):
        act("capture", supervisor, request.order, 12_500)
    gateway.set(force="930")
    approvals.refuse(actor=other, request=request, reason="Too much for one call")
    gateway.set(force="")
    void = request.order.operations.get(kind=Kind.VOID)
    Operation.objects.filter(pk=void.pk).update(status=Status.NOT_CHARGED)
    with refused("not_now"):
        act("capture", supervisor, request.order, 12_500)


def test_voiding_by_hand_leaves_nothing_to_approve(
    agent: Staff, supervisor: Staff, other: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    act("void", supervisor, request.order)
    assert request_of(request.order).status == ApprovalStatus.MOOT
    with pytest.raises(Conflict):
        approvals.approve(actor=other, request=request)


def test_another_card_for_the_order_asks_anew(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_new(agent)
    again = steps.place.prepare_charge(
        actor=agent, form_key=steps.place.new_form_key(), order=operation.order
    ).operation
    states = list(operation.order.approvals.order_by("id").values_list("status", flat=True))
    assert states == [ApprovalStatus.MOOT, ApprovalStatus.PENDING]
    steps.charge.charge(actor=agent, operation=steps.enter_card(again))
    approvals.approve(actor=supervisor, request=request_of(operation.order))
    assert sums(operation.order) == (12_500, 12_500, 0)
