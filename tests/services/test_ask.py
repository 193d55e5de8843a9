from datetime import timedelta

import pytest

from orders import clock
from orders.models import Event, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory


@pytest.mark.parametrize("digits", ["830", "840", "860", "920", "970", "720"])
def test_asking_finds_the_charge_whose_answer_was_lost(
    agent: Staff, gateway: Sandbox, digits: str
) -> None:
    operation = ask.ask(operation=steps.charge_new(agent, amount_minor=10_000 + int(digits)))
    operation.order.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert operation.order.status == OrderStatus.CHARGED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_asking_about_an_uncertain_charge_leaves_it_unknown(agent: Staff, gateway: Sandbox) -> None:
    operation = ask.ask(operation=steps.charge_new(agent, amount_minor=10_940))
    assert operation.status == Status.UNKNOWN
    assert operation.checks == 1


def test_what_the_gateway_never_got_is_not_found_and_stays_unknown(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = ask.ask(operation=steps.charge_new(agent, amount_minor=10_930))
    assert (operation.status, operation.not_found_count) == (Status.UNKNOWN, 1)


def test_a_gateway_that_is_away_is_no_information(
    agent: Staff, gateway: Sandbox, settings: object
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"  # type: ignore[attr-defined]
    assert ask.ask(operation=operation).status == Status.UNKNOWN


def test_a_settled_charge_is_not_asked_about(agent: Staff, gateway: Sandbox) -> None:
    operation = ask.ask(operation=steps.charge_new(agent))
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0


def test_a_request_on_its_way_is_not_asked_about(db: None, gateway: Sandbox) -> None:
    operation = OperationFactory(sent=True, next_check_at=clock.now() + timedelta(seconds=30))
    ask.ask(operation=operation)
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0


def test_a_purchase_is_not_proven_by_a_reservation(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, wants="authorization", amount_minor=10_920)
    Operation.objects.filter(pk=operation.pk).update(status=Status.UNKNOWN)
    assert ask.ask(operation=operation).status == Status.APPROVED


def test_a_person_who_asks_is_on_the_trail(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=10_940)
    ask.ask(operation=operation)
    ask.ask(operation=operation, actor=agent)
    assert Event.objects.get(kind="status_asked").actor == agent
