"""A process dies (kill -9) between a decision's commit and its request to the gateway."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest

from orders import clock
from orders.models import ApprovalRequest, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, follow_up, resolve, unapproved
from orders.states import ApprovalStatus, Kind, Status
from tests.factories import StaffFactory
from tests.faults.processes import Process
from tests.services.after_sale import act, sums
from tests.services.over_ceiling import charge_over, limit_charges, request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def asked(transactional_db: None, gateway: Sandbox) -> ApprovalRequest:
    gateway.set(feedback="off")
    limit_charges()
    return charge_over(StaffFactory(agent=True))


def dying(act_alone: Callable[[], object], *, at: str, of: object) -> None:
    """``act_alone`` in a process that is killed as it reaches ``at``."""

    def die(*_args: object, **_given: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def act_and_die() -> None:
        setattr(of, at, die)
        act_alone()

    assert Process(act_and_die).wait() == -signal.SIGKILL


def resolve_after(*minutes: float) -> None:
    for one in minutes:
        with clock.at(clock.now() + timedelta(minutes=one)):
            resolve.once()


def test_death_after_the_approval_sends_nothing_and_a_person_captures(
    asked: ApprovalRequest, supervisor: Staff, gateway: Sandbox
) -> None:
    dying(lambda: approvals.approve(actor=supervisor, request=asked), at="send", of=follow_up)
    assert request_of(asked.order).status == ApprovalStatus.APPROVED
    assert asked.order.operations.get(kind=Kind.CAPTURE).status == Status.SENDING
    resolve_after(1, 8, 17, 30)
    assert asked.order.operations.get(kind=Kind.CAPTURE).status == Status.NOT_CHARGED
    assert gateway.count(asked.charge, "CAPTURE") == 0
    assert asked.order.events.filter(kind="approved_not_done").exists()
    act("capture", supervisor, asked.order, 12_500)
    assert sums(asked.order) == (12_500, 12_500, 0)


def test_death_after_the_refusal_leaves_the_void_to_the_resolver(
    asked: ApprovalRequest, supervisor: Staff, gateway: Sandbox
) -> None:
    def refuse() -> object:
        return approvals.refuse(actor=supervisor, request=asked, reason="Too much for one call")

    dying(refuse, at="let_go", of=unapproved)
    assert request_of(asked.order).status == ApprovalStatus.REFUSED
    assert not Operation.objects.filter(kind=Kind.VOID).exists()
    resolve_after(0.1, 0.2)
    assert gateway.count(asked.charge, "VOID_AUTHORIZATION") == 1
    assert sums(asked.order) == (0, 0, 0)
