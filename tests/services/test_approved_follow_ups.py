"""A capture or refund over the ceiling is asked for, and made once a second person approves it."""

import pytest

from orders.errors import OverCeiling
from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, audit, follow_up
from orders.states import Act, Kind, Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.after_sale import act, charged, reserved, sums, wish
from tests.services.over_ceiling import ask, ceiling, charge_over, refused, request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def other(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.REFUND])
def test_a_capture_or_refund_over_the_ceiling_is_asked_for_and_done_on_approval(
    supervisor: Staff, other: Staff, gateway: Sandbox, kind: Kind
) -> None:
    ceiling("supervisor", kind, at_once=5_000)
    order = (reserved if kind == Kind.CAPTURE else charged)(supervisor)
    with pytest.raises(OverCeiling):
        act(kind, supervisor, order, 7_500)
    assert not order.operations.filter(kind=kind).exists()
    request = ask(kind, supervisor, order, 7_500)
    assert not order.operations.filter(kind=kind).exists()
    request = approvals.approve(actor=other, request=request)
    made = order.operations.get(kind=kind)
    assert request.made == made
    assert (made.status, made.actor, made.approver) == (Status.APPROVED, supervisor, other)
    assert (made.amount_minor, made.form_key) == (7_500, request.form_key)
    assert list(audit.verify(order.number)) == []


def test_nobody_approves_or_refuses_the_refund_they_asked_for(
    supervisor: Staff, gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, at_once=5_000)
    request = ask(Kind.REFUND, supervisor, charged(supervisor), 7_500)
    with refused("not_by_you"):
        approvals.approve(actor=supervisor, request=request)
    with refused("not_by_you"):
        approvals.refuse(actor=supervisor, request=request, reason="I changed my mind")
    assert request_of(request.order).is_pending
    assert sums(request.order) == (12_500, 12_500, 0)


def test_the_same_form_asks_once(supervisor: Staff, gateway: Sandbox) -> None:
    ceiling("supervisor", Act.REFUND, at_once=5_000)
    order, key = charged(supervisor), steps.place.new_form_key()
    first = ask(Kind.REFUND, supervisor, order, 7_500, form_key=key)
    assert ask(Kind.REFUND, supervisor, order, 7_500, form_key=key) == first
    named = ask(Kind.REFUND, supervisor, order, 7_500, form_key=key, charge=first.charge)
    assert named == first
    for other in ({"amount_minor": 8_000}, {"charge": f"{order.number}-2"}):
        with refused("form_key_reused"):
            ask(Kind.REFUND, supervisor, order, **({"amount_minor": 7_500} | other), form_key=key)
    with refused("asked_already"):
        ask(Kind.REFUND, supervisor, order, 8_000)


def test_nobody_asks_for_what_needs_no_approval(supervisor: Staff, gateway: Sandbox) -> None:
    ceiling("supervisor", Act.REFUND, at_once=5_000)
    with refused("within_ceiling"):
        ask(Kind.REFUND, supervisor, charged(supervisor), 5_000)


def test_a_refund_asked_for_by_somebody_who_may_not_refund_any_more_is_not_made(
    supervisor: Staff, other: Staff, gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, at_once=8_000)
    order = charged(supervisor)
    request = ask(Kind.REFUND, supervisor, order, 10_000)
    supervisor.is_active = False
    supervisor.save(update_fields=["is_active"])
    with refused("asker_may_not"):
        approvals.approve(actor=other, request=request)
    assert sums(order) == (12_500, 12_500, 0)


def test_a_void_has_no_ceiling(supervisor: Staff, gateway: Sandbox) -> None:
    for one in Act:
        ceiling("supervisor", one, at_once=0)
    order = request_of(charge_over(supervisor).order).order
    follow_up.void(actor=supervisor, order=order, wish=wish())
    assert sums(order) == (0, 0, 0)
