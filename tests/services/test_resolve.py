from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, evidence, resolve
from orders.services.statement import Statement
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory

NOBODY = "http://127.0.0.1:9/FortAPI/paymentApi"


def later(minutes: float = 60) -> int:
    """One round, that many minutes from now."""
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        return resolve.once()


def test_fault_53_unknown_charge_is_settled_by_asking(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    later()
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_a_charge_whose_process_died_before_sending_is_never_sent(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_stored(agent, steps.stored_card(agent)).operation
    for minutes in (1, 10, 30):
        later(minutes)
    operation.refresh_from_db()
    assert operation.status == Status.NOT_CHARGED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_a_card_nobody_entered_expires_after_a_quarter_of_an_hour(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.place_new(agent)
    assert later(14) == 0
    assert later(16) == 1
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED


def test_a_token_nobody_allowed_keeping_is_made_inactive(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent)
    later()
    operation.refresh_from_db()
    assert operation.token_retired_at is not None
    assert [one["command"] for one in gateway.requests].count("UPDATE_TOKEN") == 1


def test_a_kept_card_stays_active(agent: Staff, gateway: Sandbox) -> None:
    steps.stored_card(agent)
    later()
    commands = {one["command"] for one in gateway.requests}
    assert "UPDATE_TOKEN" not in commands


def test_a_token_is_tried_again_when_the_gateway_was_away(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = steps.charge_new(agent)
    settings.APS_API_URL = NOBODY
    later()
    settings.APS_API_URL = gateway.api_url
    assert later(90) == 0
    later(125)
    operation.refresh_from_db()
    assert operation.token_retired_at is not None


def test_a_row_another_process_holds_is_left_alone(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    held_until = clock.now() + timedelta(hours=2)
    Operation.objects.filter(pk=operation.pk).update(lease_until=held_until)
    later()
    operation.refresh_from_db()
    assert operation.status == Status.UNKNOWN


def test_nothing_is_done_before_it_is_due(agent: Staff, gateway: Sandbox) -> None:
    steps.place_stored(agent, steps.stored_card(agent))
    assert later(0.1) == 0


def test_a_row_that_cannot_be_worked_on_does_not_stop_the_others(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = steps.charge_new(agent, amount_minor=10_920)
    second = steps.charge_new(agent, amount_minor=10_920)
    said_about = ask.said_about

    def broken(operation: Operation) -> Statement:
        if operation == first:
            raise ValueError
        return said_about(operation)

    monkeypatch.setattr(ask, "said_about", broken)
    assert later() >= 1
    second.refresh_from_db()
    assert second.status == Status.APPROVED


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_ends_the_round(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    steps.charge_new(agent, amount_minor=10_920)

    def away(*_given: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(evidence, "apply", away)
    with pytest.raises(error):
        later()


@pytest.mark.parametrize("first", [{"kind": "refund"}, {"leased": True}])
def test_rows_that_wait_do_not_hold_up_the_ones_behind_them(
    agent: Staff, gateway: Sandbox, settings: Settings, first: dict[str, object]
) -> None:
    if "kind" in first:
        charge = OrderFactory(charged=True).operations.get()
        OperationFactory(order=charge.order, parent=charge, unknown=True, kind="refund")
    else:
        OperationFactory(unknown=True, lease_until=clock.now() + timedelta(hours=2))
    behind = steps.charge_new(agent, amount_minor=10_920)
    settings.RESOLVE_PARALLEL = 1
    later()
    behind.refresh_from_db()
    assert behind.status == Status.APPROVED


def test_a_token_that_another_charge_is_about_to_use_stays_active(
    agent: Staff, gateway: Sandbox
) -> None:
    first, second = steps.charge_new(agent), steps.enter_card(steps.place_new(agent))
    Operation.objects.filter(pk=second.pk).update(token_name=first.token_name)
    later(1)
    assert "UPDATE_TOKEN" not in {one["command"] for one in gateway.requests}


def test_a_forgotten_card_is_told_in_the_trail(agent: Staff, gateway: Sandbox) -> None:
    order = steps.charge_new(agent).order
    later()
    told = order.events.get(kind="token_retired")
    assert (told.actor, told.data["card"]) == (None, "Visa •••• 0001")
