"""What is asked before the money of a charge is moved that nobody spoke of lately."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict
from orders.gateway import NoAnswer
from orders.models import Evidence, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, ask
from orders.services.statement import Statement
from orders.states import Act, Kind, Status
from tests.factories import StaffFactory
from tests.services import over_ceiling
from tests.services.after_sale import (
    act,
    asked,
    asked_until_absent,
    charged,
    deliver,
    kinds,
    never_came,
    now,
    reserved,
    sums,
)
from tests.services.over_ceiling import ceiling

pytestmark = pytest.mark.django_db(transaction=True)


def questions(gateway: Sandbox, order: Order) -> int:
    return gateway.count(f"{order.number}-1", "CHECK_STATUS")


def test_a_charge_of_this_minute_is_refunded_without_a_question(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    assert act("refund", supervisor, order, 2_500).status == Status.APPROVED
    assert questions(gateway, order) == 0


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.VOID])
def test_an_older_reservation_is_asked_about_first(
    kind: Kind, supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    with clock.at(clock.now() + timedelta(minutes=2)):
        done = act(kind, supervisor, order, 0 if kind == Kind.VOID else 12_500)
    assert done.status == Status.APPROVED
    assert questions(gateway, order) == 1


def test_a_question_counts_as_hearing_of_it(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    with clock.at(clock.now() + timedelta(minutes=2)):
        act("refund", supervisor, order, 2_500)
        act("refund", supervisor, order, 1_500)
    assert questions(gateway, order) == 1


def test_no_more_is_given_back_than_the_gateway_says_is_left(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    gateway.act("REFUND", f"{order.number}-1", 10_000)  # its notification is lost
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict, match=r"25\.00"):
        act("refund", supervisor, order, 2_501)
    assert gateway.count(f"{order.number}-1", "REFUND") == 0
    assert kinds(order).count("more_at_gateway") == 1


def test_what_is_left_there_may_be_given_back(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    gateway.act("REFUND", f"{order.number}-1", 10_000)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert act("refund", supervisor, order, 2_500).status == Status.APPROVED


def test_a_reservation_taken_at_the_gateway_is_not_voided(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    gateway.act("CAPTURE", f"{order.number}-1", 2_500)
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict):
        act("void", supervisor, order)
    assert gateway.count(f"{order.number}-1", "VOID_AUTHORIZATION") == 0


def test_the_same_surplus_is_told_once_until_somebody_closed_it(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    gateway.act("REFUND", f"{order.number}-1", 10_000)
    for hours in (1, 2, 3):
        with clock.at(clock.now() + timedelta(hours=hours)), pytest.raises(Conflict):
            act("refund", supervisor, order, 12_500)
    assert questions(gateway, order) == 3
    assert kinds(order).count("more_at_gateway") == 1


def test_once_the_missing_message_arrives_the_sums_are_right(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    told = gateway.act("REFUND", f"{order.number}-1", 10_000)
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict):
        act("refund", supervisor, order, 12_500)
    deliver(told)
    assert sums(order) == (12_500, 12_500, 10_000)


def test_a_surplus_that_a_refund_believed_absent_explains_is_asked_about_and_not_told(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ours = asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    gateway.act("REFUND", f"{order.number}-1", 2_500)  # what was held up came at last
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict):
        act("refund", supervisor, order, 12_500)
    assert "more_at_gateway" not in kinds(order)
    assert asked(now(ours), minutes=61).status == Status.APPROVED


def test_a_gateway_that_does_not_answer_the_question_decides_nothing(
    supervisor: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = charged(supervisor)

    def silent(operation: Operation) -> Statement:
        return Statement.of_silence(Evidence.Source.CHECK, NoAnswer("slow", sent=True))

    monkeypatch.setattr(ask, "said_about", silent)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert act("refund", supervisor, order, 2_500).status == Status.APPROVED


def test_an_approved_refund_asks_first_too(supervisor: Staff, gateway: Sandbox) -> None:
    ceiling("supervisor", Act.REFUND, at_once=5_000)
    order = charged(supervisor)
    request = over_ceiling.ask(Kind.REFUND, supervisor, order, 7_500)
    gateway.act("REFUND", f"{order.number}-1", 12_500)
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict):
        approvals.approve(actor=StaffFactory(supervisor=True), request=request)
    request.refresh_from_db()
    assert (request.status, request.made) == ("pending", None)


def test_an_approved_charge_asks_before_its_amount_is_taken(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    over_ceiling.limit_charges()
    request = over_ceiling.charge_over(agent)
    gateway.act("CAPTURE", f"{request.order.number}-1", 12_500)  # its notification is lost
    with clock.at(clock.now() + timedelta(hours=1)), pytest.raises(Conflict):
        approvals.approve(actor=supervisor, request=request)
    assert gateway.count(f"{request.order.number}-1", "CAPTURE") == 0
