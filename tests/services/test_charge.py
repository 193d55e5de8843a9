from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge, evidence, patience, place, readiness
from orders.states import OrderStatus, Status
from tests import steps


def test_a_new_card_is_charged_and_the_order_is_charged(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent)
    operation.order.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert operation.fort_id
    assert operation.card_label == "Visa •••• 0001"
    assert operation.order.status == OrderStatus.CHARGED
    assert operation.order.captured_minor == 12_500


def test_the_gateway_receives_moto_and_exactly_what_was_frozen(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.charge_new(agent, amount_minor=250_500, currency="KWD")
    sent = [one for one in gateway.requests if one.get("command") == "PURCHASE"]
    (said,) = [one["parameters"] for one in sent]
    assert (said["eci"], said["amount"], said["currency"]) == ("MOTO", "250500", "KWD")
    assert said["merchant_reference"] == operation.merchant_reference


def test_a_stored_card_is_charged_without_asking_for_it(agent: Staff, gateway: Sandbox) -> None:
    placed = steps.place_stored(agent, steps.stored_card(agent))
    assert placed.operation.status == Status.SENDING
    assert charge.proceed(placed).status == Status.APPROVED


def test_a_reserved_order_is_reserved_and_not_charged(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, wants="authorization")
    operation.order.refresh_from_db()
    assert operation.order.status == OrderStatus.RESERVED
    assert (operation.order.authorized_minor, operation.order.captured_minor) == (12_500, 0)


def test_a_form_shown_again_while_it_is_sent_sends_nothing(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    steps.place_stored(agent, card, form_key="k" * 26, reference="A-1")
    again = steps.place_stored(agent, card, form_key="k" * 26, reference="A-1")
    assert charge.proceed(again).status == Status.SENDING
    assert gateway.count(str(again.operation), "PURCHASE") == 0


def test_the_same_form_again_sends_nothing(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    first = steps.place_stored(agent, card, form_key="k" * 26, reference="A-1")
    charge.proceed(first)
    again = place.place_order(
        actor=agent,
        form_key="k" * 26,
        new_order=steps.wanted(card.customer, reference="A-1"),
        stored_card=card,
    )
    assert charge.proceed(again).status == Status.APPROVED
    assert not again.is_new
    assert gateway.count(first.operation.merchant_reference, "PURCHASE") == 1


@pytest.mark.parametrize("quicker_key", ["same-request", "another-request"])
def test_of_equal_requests_at_once_both_are_told_what_one_of_them_sent(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch, quicker_key: str
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    check = readiness.check

    def let_the_other_be_quicker() -> None:
        monkeypatch.setattr(readiness, "check", check)
        other = Operation.objects.get(pk=operation.pk)
        charge.charge(actor=agent, operation=other, sent_key=quicker_key)

    monkeypatch.setattr(readiness, "check", let_the_other_be_quicker)
    refused: AbstractContextManager[object] = (
        nullcontext() if quicker_key == "same-request" else pytest.raises(Conflict)
    )
    with refused:
        told = charge.charge(actor=agent, operation=operation, sent_key="same-request")
        assert told.status == Status.APPROVED
    assert gateway.count(str(operation), "PURCHASE") == 1


def test_a_second_press_is_told_and_sends_nothing(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent)
    with pytest.raises(Conflict):
        charge.charge(actor=agent, operation=operation)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_a_declined_card_leaves_the_order_open_for_another(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, steps.DECLINED_VISA)
    operation.order.refresh_from_db()
    assert (operation.status, operation.response_code) == (Status.DECLINED, "13666")
    placed = place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=operation.order)
    assert placed.operation.merchant_reference.endswith("-2")


@pytest.mark.parametrize("digits", ["830", "840", "860", "880", "920", "940", "970", "720", "730"])
def test_an_answer_that_proves_nothing_is_unknown_and_blocks_the_order(
    agent: Staff, gateway: Sandbox, digits: str
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_000 + int(digits))
    operation.order.refresh_from_db()
    assert operation.status == Status.UNKNOWN
    assert operation.order.status == OrderStatus.UNKNOWN
    assert operation.next_check_at is not None
    with pytest.raises(Conflict):
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=operation.order)


def test_a_gateway_that_cannot_be_reached_charged_nothing(
    agent: Staff, gateway: Sandbox, settings: pytest.FixtureRequest
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"  # type: ignore[attr-defined]
    operation = charge.charge(actor=agent, operation=operation)
    assert operation.status == Status.NOT_CHARGED


def test_no_transaction_is_open_while_the_gateway_is_asked(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    open_blocks: list[bool] = []
    ask = charge.about

    def seen(order: object) -> object:
        open_blocks.append(connection.in_atomic_block)
        return ask(order)  # type: ignore[arg-type]

    monkeypatch.setattr(charge, "about", seen)
    steps.charge_new(agent)
    assert open_blocks == [False]


def test_an_answer_is_recorded_once_the_database_is_back(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0, 0))
    monkeypatch.setattr(patience, "close_old_connections", lambda: None)
    calls = iter([OperationalError(), InterfaceError(), None])
    apply = evidence.apply

    def flaky(**given: object) -> Operation:
        if error := next(calls):
            raise error
        return apply(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(evidence, "apply", flaky)
    assert steps.charge_new(agent).status == Status.APPROVED


def test_a_database_that_stays_away_leaves_the_charge_to_the_resolver(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0,))
    monkeypatch.setattr(patience, "close_old_connections", lambda: None)

    def away(**_given: object) -> Operation:
        raise OperationalError

    monkeypatch.setattr(evidence, "apply", away)
    assert steps.charge_new(agent).status == Status.SENDING


def test_a_card_the_gateway_would_refuse_is_refused_before_it_is_sent(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(
        steps.place_new(agent, amount_minor=250_505, currency="KWD"), steps.VISA
    )
    with pytest.raises(Refused, match="last decimal of 0"):
        charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_a_card_nobody_entered_cannot_be_charged(agent: Staff, gateway: Sandbox) -> None:
    with pytest.raises(Conflict):
        charge.charge(actor=agent, operation=steps.place_new(agent))


def test_a_right_lost_meanwhile_stops_the_charge(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    agent.groups.clear()
    with pytest.raises(Refused, match="right"):
        charge.charge(actor=Staff.objects.get(pk=agent.pk), operation=operation)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_a_charge_left_in_sending_is_due_after_its_deadline(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    with time_machine.travel("2026-11-22T10:00:00Z", tick=False):
        operation = steps.place_stored(agent, card).operation
    assert (operation.next_check_at - operation.submitted_at).total_seconds() == 45


def test_who_sends_a_charge_answers_for_it(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    operation = charge.charge(actor=supervisor, operation=operation)
    assert operation.actor == supervisor
    told = operation.order.events.get(kind="purchase_approved")
    assert told.actor == supervisor


def test_a_charge_claimed_long_ago_is_not_sent_any_more(agent: Staff, gateway: Sandbox) -> None:
    placed = steps.place_stored(agent, steps.stored_card(agent))
    with clock.at(placed.operation.next_check_at):
        assert charge.proceed(placed).status == Status.NOT_CHARGED
    assert gateway.count(placed.operation.merchant_reference, "PURCHASE") == 0


def test_an_answer_is_recorded_though_the_connection_was_cut_meanwhile(
    transactional_db: None, agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = charge.about

    def cut(order: Order) -> object:
        told = ask(order)
        if connection.vendor == "postgresql":
            with pytest.raises(OperationalError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return told

    monkeypatch.setattr(charge, "about", cut)
    assert steps.charge_new(agent).status == Status.APPROVED


def test_a_card_entered_too_long_ago_is_not_charged(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    with clock.at(operation.created_at + timedelta(minutes=16)), pytest.raises(Refused):
        charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0
