"""A row that fails again and again keeps nobody behind it waiting."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from orders import clock
from orders.models import ApprovalRequest, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, resolve, unapproved
from orders.states import ApprovalStatus, Status
from tests.factories import StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges, request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def requests(
    transactional_db: None, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> list[ApprovalRequest]:
    """Two charges that are reserved and wait, where a page holds one and one is sent a round."""
    limit_charges()
    agent = StaffFactory(agent=True)
    monkeypatch.setattr(resolve, "BATCH", 1)
    monkeypatch.setattr(resolve, "VOIDS_A_ROUND", 1)
    return [charge_over(agent, amount_minor=amount) for amount in (12_500, 12_600)]


def failing(pk: int, work: Callable[[ApprovalRequest], object]) -> Callable[..., object]:
    """``work``, which breaks down on the row of that key."""

    def act(request: ApprovalRequest) -> object:
        if request.pk == pk:
            raise RuntimeError("cannot be worked on")
        return work(request)

    return act


def test_a_request_that_cannot_expire_lets_the_next_one_expire(
    requests: list[ApprovalRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = requests
    monkeypatch.setattr(unapproved, "expire", failing(first.pk, unapproved.expire))
    with clock.at(clock.now() + timedelta(hours=49)):
        resolve.once()
    assert request_of(first.order).is_pending
    assert request_of(second.order).status == ApprovalStatus.EXPIRED


@pytest.mark.parametrize("is_error", [True, False])
def test_what_cannot_be_let_go_of_lets_the_next_one_go(
    requests: list[ApprovalRequest],
    supervisor: Staff,
    monkeypatch: pytest.MonkeyPatch,
    is_error: bool,
) -> None:
    first, second = requests
    let_go = unapproved.let_go
    monkeypatch.setattr(unapproved, "let_go", lambda *given, **named: None)
    for request in requests:
        approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")
    nothing = lambda one: None if one.pk == first.pk else let_go(one)  # noqa: E731
    monkeypatch.setattr(unapproved, "let_go", failing(first.pk, let_go) if is_error else nothing)
    resolve.once()
    assert request_of(first.order).operation.status == Status.APPROVED
    assert request_of(second.order).operation.status == Status.VOIDED
