"""An account that is set up wrongly is told once, and stops the charges it would refuse."""

import pytest
from pytest_django.fixtures import Settings

from orders.errors import Refused
from orders.gateway import MESSAGES, Outcome
from orders.models import Event, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import attend, attention, breaker, charge, evidence, set_up
from orders.services.readiness import check
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory, StaffFactory
from tests.services.said import said

FOR_EVERY_CARD = ["00008", "00009", "00010", "00015", "13017", "13018", "13019", "13020"]
FOR_EVERY_CARD += ["13025", "13026", "20064"]
FOR_SOME = ["00003", "13014", "13021", "13023", "13024", "13049", "13113"]


def refused(code: str, outcome: Outcome = Outcome.DECLINED) -> Operation:
    """A charge that was answered with the code."""
    operation = OperationFactory(sent=True)
    statement = said(outcome, source="reply", response_code=code)
    return evidence.apply(operation=operation, statement=statement)


@pytest.mark.parametrize("code", FOR_EVERY_CARD)
def test_fault_40_and_45_refusals_of_every_card_stop_charging(
    db: None, settings: Settings, code: str
) -> None:
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        check()
        set_up.heard(code)
    with pytest.raises(Refused, match="refuses our account") as found:
        check()
    assert found.value.code == "account_refused"


@pytest.mark.parametrize("code", [*FOR_SOME, "13666", "00001", "", "14000", "15777"])
def test_what_another_card_may_pass_stops_nothing(db: None, settings: Settings, code: str) -> None:
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        set_up.heard(code)
    check()


@pytest.mark.parametrize("code", ["14000", "13666", "13029"])
def test_a_charge_that_got_through_begins_the_count_again(
    db: None, settings: Settings, code: str
) -> None:
    for _each in range(2):
        for _refusal in range(settings.RESOLVE_BREAKER_AFTER - 1):
            set_up.heard("00009")
        set_up.heard(code)
    check()


@pytest.mark.parametrize("code", [*FOR_EVERY_CARD, *FOR_SOME])
def test_fault_40_and_45_each_is_an_alarm(supervisor: Staff, code: str) -> None:
    operation = refused(code, Outcome.UNKNOWN if code == "20064" else Outcome.DECLINED)
    [alarm] = attention.alarms(supervisor).items
    assert (alarm.event.kind, alarm.operation) == (set_up.ALARM, operation)
    assert code in alarm.to_do


def test_every_code_of_the_account_is_one() -> None:
    wrong = {code for code in MESSAGES if set_up.is_wrong(f"00{code}")}
    assert wrong - {"064"} == {
        code for code, message in MESSAGES.items() if message.kind == "configuration"
    }


@pytest.mark.parametrize("code", ["13666", "13012", "00001"])
def test_a_card_that_was_declined_is_no_alarm(supervisor: Staff, code: str) -> None:
    refused(code)
    assert attention.alarms(supervisor).items == []


def test_one_alarm_is_open_at_a_time(supervisor: Staff) -> None:
    for _each in range(3):
        refused("00009")
    [alarm] = attention.alarms(supervisor).items
    attend.close_alarm(actor=supervisor, event=alarm.event, reason="APS has mended it")
    refused("00009")
    assert len(attention.alarms(supervisor).items) == 1


def test_the_same_news_about_the_same_charge_is_no_second_alarm(supervisor: Staff) -> None:
    operation = refused("20064", Outcome.UNKNOWN)
    [alarm] = attention.alarms(supervisor).items
    attend.close_alarm(actor=supervisor, event=alarm.event, reason="We have asked APS")
    statement = said(Outcome.UNKNOWN, response_code="20064")
    evidence.apply(operation=operation, statement=statement)
    assert attention.alarms(supervisor).items == []


def test_what_nobody_signed_is_no_alarm(supervisor: Staff) -> None:
    statement = said(Outcome.UNKNOWN, verified=False, response_code="00008")
    evidence.apply(operation=OperationFactory(sent=True), statement=statement)
    assert attention.alarms(supervisor).items == []


class TestWithTheGateway:
    """The stand-in refuses whoever signs for another account."""

    @pytest.fixture(autouse=True)
    def _wrong_code(self, settings: Settings, gateway: Sandbox) -> None:
        settings.RESOLVE_BREAKER_AFTER = 2

    def test_charges_are_refused_then_stopped_then_tried_again(
        self, agent: Staff, supervisor: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        card = steps.stored_card(agent)
        right, settings.APS_ACCESS_CODE = settings.APS_ACCESS_CODE, "anotherAccessCode001"
        for _each in range(2):
            operation = charge.proceed(steps.place_stored(agent, card))
            assert (operation.status, operation.response_code[2:]) == (Status.DECLINED, "010")
        orders = Order.objects.count()
        with pytest.raises(Refused) as found:
            steps.place_stored(agent, card)
        assert (found.value.code, Order.objects.count()) == ("account_refused", orders)
        settings.APS_ACCESS_CODE = right
        assert set_up.try_again(actor=supervisor)
        assert charge.proceed(steps.place_stored(agent, card)).status == Status.APPROVED

    def test_a_card_that_is_refused_before_any_charge_counts_once(
        self, agent: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        settings.APS_ACCESS_CODE = "anotherAccessCode001"
        operation = steps.enter_card(steps.place_new(agent))
        assert operation.status == Status.EXPIRED
        assert Event.objects.filter(kind=set_up.ALARM).count() == 1
        assert breaker.figures()["motooffice_account_refusals"] == 1


class TestTryAgain:
    @pytest.fixture(autouse=True)
    def _stopped(self, db: None, settings: Settings) -> None:
        for _each in range(settings.RESOLVE_BREAKER_AFTER):
            set_up.heard("00009")

    def test_charges_go_until_the_next_refusal(self, supervisor: Staff) -> None:
        assert set_up.try_again(actor=supervisor)
        check()
        set_up.heard("00009")
        with pytest.raises(Refused):
            check()

    def test_who_did_it_is_on_the_trail_once(self, supervisor: Staff) -> None:
        assert set_up.try_again(actor=supervisor)
        assert not set_up.try_again(actor=supervisor)
        assert Event.objects.get(kind="charging_tried_again").actor == supervisor

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_only_a_supervisor_may(self, role: str) -> None:
        with pytest.raises(Refused, match="right"):
            set_up.try_again(actor=StaffFactory(role=role))
        with pytest.raises(Refused):
            check()

    def test_an_answered_question_does_not_count(self) -> None:
        breaker.heard(answered=True)
        with pytest.raises(Refused):
            check()
