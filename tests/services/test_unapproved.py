"""What nobody approved in time is let go of by the program, once, whatever dies in between."""

from datetime import timedelta

import pytest
from django.conf import settings

from orders import clock
from orders.errors import Conflict
from orders.models import ApprovalRequest, Event, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, attention, audit, breaker, resolve, unapproved
from orders.services.attend import close_alarm
from orders.states import Act, ApprovalStatus, Kind, OrderStatus, Reason, Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.after_sale import act, asked_until_absent, charged, kinds, now, sums
from tests.services.over_ceiling import ask, ceiling, charge_over, limit_charges, request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agent(transactional_db: None) -> Staff:
    limit_charges()
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


def later(**time: float) -> None:
    """A round of the resolver, so long from now."""
    with clock.at(clock.now() + timedelta(**time)):
        resolve.once()


def voids(request: ApprovalRequest, gateway: Sandbox) -> int:
    return gateway.count(f"{request.order.number}-1", "VOID_AUTHORIZATION")


def refuse(supervisor: Staff, request: ApprovalRequest) -> ApprovalRequest:
    return approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")


def test_nobody_decides_in_time_and_the_amount_is_let_go_of(agent: Staff, gateway: Sandbox) -> None:
    request = charge_over(agent)
    later(hours=47)
    assert request_of(request.order).is_pending
    later(hours=49)
    request = request_of(request.order)
    assert (request.status, request.decided_by) == (ApprovalStatus.EXPIRED, None)
    void = request.made
    assert void is not None
    assert (void.kind, void.status, void.actor) == (Kind.VOID, Status.APPROVED, None)
    assert void.reason_code == Reason.NOT_APPROVED
    assert request.order.status == OrderStatus.VOIDED
    later(hours=50)
    assert voids(request, gateway) == 1
    assert "approval_expired" in kinds(request.order)
    assert list(audit.verify()) == []


def test_a_decision_that_comes_too_late_is_told_so(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    later(hours=49)
    with pytest.raises(Conflict) as told:
        approvals.approve(actor=supervisor, request=request)
    assert "Nobody decided it in time" in str(told.value)


def test_a_request_without_a_charge_expires_and_nothing_is_sent(
    supervisor: Staff, gateway: Sandbox
) -> None:
    ceiling("supervisor", Act.REFUND, 5_000)
    request = ask(Kind.REFUND, supervisor, charged(supervisor), 7_500)
    later(hours=49)
    assert request_of(request.order).status == ApprovalStatus.EXPIRED
    assert not Operation.objects.filter(kind__in=[Kind.REFUND, Kind.VOID]).exists()


def test_death_between_refusal_and_void_leaves_it_to_the_resolver(
    agent: Staff, supervisor: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = charge_over(agent)
    with monkeypatch.context() as dies:
        dies.setattr(unapproved, "let_go", lambda *_args, **_given: None)
        request = refuse(supervisor, request)
    assert (request.status, request.made) == (ApprovalStatus.REFUSED, None)
    assert voids(request, gateway) == 0
    later(seconds=1)
    later(seconds=2)
    assert voids(request, gateway) == 1
    assert sums(request.order) == (0, 0, 0)


def test_death_between_the_voids_claim_and_its_sending_sends_it_never(
    agent: Staff, supervisor: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.set(feedback="off")
    request = charge_over(agent)
    with monkeypatch.context() as dies:
        dies.setattr(unapproved.follow_up, "send", lambda void: void)
        refuse(supervisor, request)
    void = request.order.operations.get(kind=Kind.VOID)
    assert void.status == Status.SENDING
    for minutes in (2, 10, 20):
        later(minutes=minutes)
    assert voids(request, gateway) == 0
    void.refresh_from_db()
    assert void.status in {Status.NOT_CHARGED, Status.UNKNOWN}


def test_an_amount_that_turns_out_reserved_after_the_refusal_is_let_go_of(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    operation = steps.charge_new(agent, amount_minor=12_920)
    request = request_of(operation.order)
    assert operation.status == Status.UNKNOWN
    refuse(supervisor, request)
    assert voids(request, gateway) == 0
    later(minutes=1)
    later(minutes=2)
    operation.refresh_from_db()
    assert operation.status == Status.VOIDED
    assert voids(request, gateway) == 1


def test_nothing_is_let_go_of_while_the_gateway_is_away(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        breaker.heard(answered=False, reason="connect")
    request = refuse(supervisor, request)
    assert (request.status, request.made) == (ApprovalStatus.REFUSED, None)
    assert unapproved.let_go(request) is None
    assert voids(request, gateway) == 0
    breaker.heard(answered=True)
    later(seconds=1)
    assert voids(request, gateway) == 1


def test_a_void_that_fails_raises_an_alarm_and_is_not_repeated(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    request = charge_over(agent)
    gateway.set(force="930")
    refuse(supervisor, request)
    gateway.set(force="")
    void = asked_until_absent(request.order.operations.get(kind=Kind.VOID))
    assert void.status == Status.NOT_CHARGED
    alarm = Event.objects.get(kind="unapproved_held")
    assert alarm in [one.event for one in attention.alarms(supervisor).items]
    later(minutes=40)
    assert request.order.operations.filter(kind=Kind.VOID).count() == 1
    act("void", supervisor, request.order)
    assert sums(request.order) == (0, 0, 0)
    close_alarm(actor=supervisor, event=alarm, reason="Voided by hand")


def test_an_approved_capture_that_fails_raises_an_alarm(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    request = charge_over(agent)
    gateway.set(force="930")
    approvals.approve(actor=supervisor, request=request)
    gateway.set(force="")
    capture = asked_until_absent(request.order.operations.get(kind=Kind.CAPTURE))
    assert capture.status == Status.NOT_CHARGED
    assert Event.objects.filter(kind="approved_not_done", order=request.order).exists()
    act("capture", supervisor, request.order, 12_500)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_death_between_the_approvals_commit_and_its_sending_is_found_out_and_never_sent(
    agent: Staff, supervisor: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.set(feedback="off")
    request = charge_over(agent)
    with monkeypatch.context() as dies:
        dies.setattr(approvals.follow_up, "send", lambda capture: capture)
        approvals.approve(actor=supervisor, request=request)
    capture = request.order.operations.get(kind=Kind.CAPTURE)
    assert (capture.status, request_of(request.order).made) == (Status.SENDING, capture)
    assert asked_until_absent(capture).status == Status.NOT_CHARGED
    assert gateway.count(f"{request.order.number}-1", "CAPTURE") == 0
    act("capture", supervisor, request.order, 12_500)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_a_charge_that_succeeds_after_all_waits_for_approval_again(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    gateway.set(force="930")
    operation = asked_until_absent(steps.charge_new(agent))
    gateway.set(force="")
    request = request_of(operation.order)
    assert (operation.status, request.status) == (Status.NOT_CHARGED, ApprovalStatus.MOOT)
    steps.charge.request_of(operation)()  # the first request arrives at last
    with clock.at(clock.now() + timedelta(hours=2)):
        resolve.ask.ask(operation=now(operation))
    assert now(operation).status == Status.APPROVED
    request = request_of(operation.order)
    assert request.is_pending
    approvals.approve(actor=supervisor, request=request)
    assert sums(request.order) == (12_500, 12_500, 0)


def test_a_charge_that_succeeds_once_its_time_is_over_is_let_go_of(
    agent: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    gateway.set(force="930")
    operation = asked_until_absent(steps.charge_new(agent))
    gateway.set(force="")
    steps.charge.request_of(operation)()  # the first request arrives at last
    with clock.at(clock.now() + timedelta(hours=49)):
        resolve.ask.ask(operation=now(operation))
        request = request_of(operation.order)
        assert (now(operation).status, request.status) == (Status.APPROVED, ApprovalStatus.EXPIRED)
        assert request.decided_at == clock.now()
        assert kinds(operation.order).count("approval_expired") == 1
        resolve.once()
    assert now(operation).status == Status.VOIDED
    assert sums(operation.order) == (0, 0, 0)


def test_what_was_captured_at_the_gateway_itself_meanwhile_is_not_voided(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    Operation.objects.create(
        order=request.order,
        kind=Kind.CAPTURE,
        parent=request.operation,
        seq=1,
        merchant_reference=request.charge,
        maintenance_reference=f"{request.charge}-XC1",
        form_key="external",
        amount_minor=12_500,
        currency="AED",
        status=Status.APPROVED,
        fort_id=request.operation.fort_id,
        submitted_at=clock.now(),
        is_external=True,
    )
    refuse(supervisor, request)
    later(seconds=1)
    assert voids(request, gateway) == 0


def test_requests_close_to_their_end_need_attention(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    request = charge_over(agent)
    assert attention.closing(supervisor).items == []
    before = attention.count(supervisor)
    with clock.at(clock.now() + timedelta(hours=37)):
        assert attention.closing(supervisor).items == [request]
        assert attention.count(supervisor) == before + 1
