"""Two people, or a person and the clock, at one instant: on both databases one of them wins."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import ApprovalRequest, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, place, unapproved
from orders.states import Act, ApprovalStatus, Kind, Status
from tests import steps
from tests.factories import CustomerFactory, StaffFactory
from tests.services.after_sale import act, charged, sums
from tests.services.over_ceiling import ask, ceiling, charge_over, limit_charges, request_of
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent(transactional_db: None) -> Staff:
    limit_charges()
    return StaffFactory(agent=True)


@pytest.fixture
def people(transactional_db: None) -> tuple[Staff, Staff]:
    return StaffFactory(supervisor=True), StaffFactory(supervisor=True)


def refuse(who: Staff, request: ApprovalRequest) -> object:
    return approvals.refuse(actor=who, request=request, reason="Too much for one call")


def one_won(results: list[object]) -> None:
    """One decided, the other was told in a sentence."""
    assert sum(isinstance(one, ApprovalRequest) for one in results) == 1, results
    assert sum(isinstance(one, Conflict) for one in results) == 1, results


def test_two_approvers_at_once_capture_once(
    agent: Staff, people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    request = charge_over(agent)
    one_won(
        together(*[lambda who=who: approvals.approve(actor=who, request=request) for who in people])
    )
    assert gateway.count(request.charge, "CAPTURE") == 1
    assert sums(request.order) == (12_500, 12_500, 0)


def test_approving_and_refusing_at_once_captures_or_voids_and_never_both(
    agent: Staff, people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    request = charge_over(agent)
    one_won(
        together(
            lambda: approvals.approve(actor=people[0], request=request),
            lambda: refuse(people[1], request),
        )
    )
    sent = [gateway.count(request.charge, one) for one in ("CAPTURE", "VOID_AUTHORIZATION")]
    assert sorted(sent) == [0, 1]
    is_approved = request_of(request.order).status == ApprovalStatus.APPROVED
    assert sums(request.order)[1] == (12_500 if is_approved else 0)


def test_approving_and_expiring_at_once_is_one_of_them(
    agent: Staff, people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    with clock.at(clock.now() - timedelta(hours=49)):
        request = charge_over(agent)

    def expire() -> object:
        unapproved.expire(request)
        unapproved.let_go(request)
        return request

    one_won(together(lambda: approvals.approve(actor=people[0], request=request), expire))
    sent = [gateway.count(request.charge, one) for one in ("CAPTURE", "VOID_AUTHORIZATION")]
    assert sorted(sent) == [0, 1]


def test_two_resolvers_void_once(agent: Staff, gateway: Sandbox) -> None:
    with clock.at(clock.now() - timedelta(hours=49)):
        request = charge_over(agent)
    unapproved.expire(request)
    together(*[lambda: unapproved.let_go(request)] * 2)
    assert gateway.count(request.charge, "VOID_AUTHORIZATION") == 1


def test_two_refunds_at_once_do_not_both_slip_under_the_days_ceiling(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, None, 8_000)
    orders = [charged(people[0], amount_minor=amount) for amount in (12_500, 12_600)]
    results = together(
        *[lambda order=order: act("refund", people[0], order, 5_000) for order in orders]
    )
    assert sum(isinstance(one, Operation) for one in results) == 1, results
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert Operation.objects.filter(kind=Kind.REFUND, status=Status.APPROVED).count() == 1


def test_two_charges_at_once_do_not_both_slip_under_the_days_ceiling(
    agent: Staff, gateway: Sandbox
) -> None:
    limit_charges(10_000, 15_000)
    customers = [CustomerFactory(), CustomerFactory()]
    together(
        *[
            lambda one=one: place.place_order(
                actor=agent,
                form_key=place.new_form_key(),
                new_order=steps.wanted(one, amount_minor=9_000),
            )
            for one in customers
        ]
    )
    kinds = Operation.objects.filter(actor=agent).values_list("kind", flat=True)
    assert sorted(kinds) == [Kind.AUTHORIZATION, Kind.PURCHASE]
    assert ApprovalRequest.objects.count() == 1


def test_one_form_that_asks_twice_at_once_is_one_request(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, 5_000)
    order, key = charged(people[0]), place.new_form_key()
    asks = [lambda: ask(Kind.REFUND, people[0], order, 7_500, form_key=key)] * 2
    results = together(*asks)
    assert {one for one in results if isinstance(one, ApprovalRequest)} == {request_of(order)}
    assert all(isinstance(one, ApprovalRequest | Conflict) for one in results), results


def test_two_people_asking_for_one_act_at_once_is_one_request(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, 5_000)
    order = charged(people[0])
    results = together(*[lambda who=who: ask(Kind.REFUND, who, order, 7_500) for who in people])
    one_won(results)
    assert order.approvals.count() == 1
