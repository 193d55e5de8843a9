"""While the gateway is away nothing is stored and nothing is sent, and what was typed is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Refused
from orders.models import Breaker, Operation, Order, Staff
from orders.models.breakers import SET_UP, SILENCE
from orders.sandbox.server import Sandbox
from orders.services import ask, breaker, charge, follow_up, place, readiness, resend, wire_room
from orders.services.resolve import Resolver
from orders.states import Status
from tests import steps
from tests.services.after_sale import wish

NOBODY = "http://127.0.0.1:9/FortAPI/paymentApi"


@pytest.fixture
def away(settings: Settings) -> Callable[[], None]:
    """Let the gateway go away: every process hears so many silences in a row."""

    def goes_away() -> None:
        for _each in range(settings.RESOLVE_BREAKER_AFTER):
            breaker.heard(answered=False, reason="timeout")

    return goes_away


def test_nothing_stops_a_charge_while_the_gateway_answers(agent: Staff, gateway: Sandbox) -> None:
    assert steps.charge_new(agent).status == Status.APPROVED
    assert readiness.notices() == []


def test_charges_that_nobody_answers_stop_the_next_one(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    card = steps.stored_card(agent)
    settings.APS_API_URL = NOBODY
    for amount in range(settings.RESOLVE_BREAKER_AFTER):
        operation = charge.proceed(steps.place_stored(agent, card, amount_minor=8_000 + amount))
        assert operation.status == Status.NOT_CHARGED
    orders = Order.objects.count()
    with pytest.raises(Refused, match="nothing was charged") as refused:
        steps.place_stored(agent, card)
    assert refused.value.code == "gateway_away"
    assert Order.objects.count() == orders


def test_a_new_card_is_not_even_asked_for(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    away()
    with pytest.raises(Refused, match="What you typed is kept"):
        steps.place_new(agent)
    assert not Order.objects.exists()
    assert gateway.requests == []


def test_another_try_for_an_order_is_refused(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    order = steps.charge_new(agent, steps.DECLINED_VISA).order
    away()
    with pytest.raises(Refused) as refused:
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)
    assert refused.value.code == "gateway_away"
    assert order.operations.count() == 1


def test_the_same_form_again_still_gives_its_operation(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    card = steps.stored_card(agent)
    first = steps.place_stored(agent, card, form_key="k" * 26)
    charge.proceed(first)
    away()
    again = steps.place_stored(agent, card, form_key="k" * 26)
    assert (again.operation, again.is_new) == (first.operation, False)
    order = first.operation.order
    made = place.prepare_charge(actor=agent, form_key="k" * 26, order=order)
    assert made.operation == first.operation


def test_a_card_that_was_typed_waits_until_the_gateway_is_back(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    away()
    with pytest.raises(Refused):
        charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert operation.status == Status.PREPARED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0
    breaker.heard(answered=True)
    assert charge.charge(actor=agent, operation=operation).status == Status.APPROVED


def test_a_card_that_was_typed_expires_though_the_gateway_is_away(
    agent: Staff, gateway: Sandbox, away: Callable[[], None], settings: Settings
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    away()
    settings.APS_API_URL = NOBODY
    with clock.at(clock.now() + timedelta(minutes=16)):
        Resolver().round()
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED


def test_a_charge_that_was_not_made_is_not_sent_again(
    agent: Staff, gateway: Sandbox, away: Callable[[], None], settings: Settings
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    settings.APS_API_URL = NOBODY
    operation = charge.charge(actor=agent, operation=operation)
    settings.APS_API_URL = gateway.api_url
    away()
    with pytest.raises(Refused) as refused:
        resend.resend(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert refused.value.code == "gateway_away"
    assert (operation.status, operation.resends) == (Status.NOT_CHARGED, 0)


def test_money_is_not_given_back_and_the_same_form_works_later(
    supervisor: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    order = Order.objects.get(pk=steps.charge_new(supervisor).order_id)
    refund = {"actor": supervisor, "order": order, "wish": wish(500)}
    away()
    with pytest.raises(Refused) as refused:
        follow_up.refund(**refund)
    assert refused.value.code == "gateway_away"
    assert not Operation.objects.filter(kind="refund").exists()
    breaker.heard(answered=True)
    done = follow_up.refund(**refund)
    away()
    assert follow_up.refund(**refund) == done


def test_everything_goes_on_once_a_question_is_answered(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    card = steps.stored_card(agent)
    away()
    with clock.at(clock.now() + timedelta(seconds=3)):
        Resolver().round()
    assert charge.proceed(steps.place_stored(agent, card)).status == Status.APPROVED


def test_a_person_may_ask_the_one_question_that_finds_out(
    agent: Staff, gateway: Sandbox, away: Callable[[], None]
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    away()
    with pytest.raises(Refused):
        ask.ask(operation=operation, actor=agent)
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0
    with clock.at(clock.now() + timedelta(seconds=3)):
        assert ask.ask(operation=operation, actor=agent).status == Status.APPROVED
    assert not breaker.is_away()


def test_silence_while_the_gateway_is_away_is_no_news(
    agent: Staff, gateway: Sandbox, away: Callable[[], None], settings: Settings
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    heard = operation.evidence.count()
    away()
    settings.APS_API_URL = NOBODY
    with clock.at(clock.now() + timedelta(seconds=3)):
        ask.ask(operation=operation, actor=agent)
        assert ask.find_out() is None
    assert operation.evidence.count() == heard


def test_a_charge_claimed_too_late_says_nothing_about_the_gateway(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1
    placed = steps.place_stored(agent, steps.stored_card(agent))
    with clock.at(placed.operation.next_check_at):
        charge.proceed(placed)
    assert not breaker.is_away()


class TestEveryExchangeIsHeard:
    """Whoever called the gateway, and for what."""

    @pytest.fixture(autouse=True)
    def _one_is_enough(self, settings: Settings) -> None:
        settings.RESOLVE_BREAKER_AFTER = 1

    def test_a_refund(self, supervisor: Staff, gateway: Sandbox) -> None:
        order = Order.objects.get(pk=steps.charge_new(supervisor).order_id)
        gateway.set(force="920")
        follow_up.refund(actor=supervisor, order=order, wish=wish(500))
        assert breaker.is_away()

    def test_a_charge_that_is_sent_again(
        self, agent: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        operation = steps.enter_card(steps.place_new(agent))
        settings.APS_API_URL = NOBODY
        operation = charge.charge(actor=agent, operation=operation)
        breaker.heard(answered=True)
        resend.resend(actor=agent, operation=operation)
        assert breaker.is_away()

    def test_a_question_of_a_person(
        self, agent: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        operation = steps.charge_new(agent, amount_minor=10_940)
        settings.APS_API_URL = NOBODY
        ask.ask(operation=operation, actor=agent)
        assert breaker.is_away()

    def test_a_question_of_the_resolver(
        self, agent: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        steps.charge_new(agent, amount_minor=10_940)
        settings.APS_API_URL = NOBODY
        with clock.at(clock.now() + timedelta(hours=1)):
            Resolver().round()
        assert breaker.is_away()

    def test_a_token_that_is_retired(
        self, agent: Staff, gateway: Sandbox, settings: Settings
    ) -> None:
        steps.charge_new(agent)
        settings.APS_API_URL = NOBODY
        Resolver().round()
        assert breaker.is_away()


def _is_down(*_given: object, **_named: object) -> None:
    raise OperationalError


def test_fault_61_a_database_that_is_away_before_the_claim_sends_nothing(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = steps.stored_card(agent)
    sent = len(gateway.requests)
    monkeypatch.setattr(Order.objects, "create", _is_down)
    with pytest.raises(OperationalError):
        steps.place_stored(agent, card)
    assert len(gateway.requests) == sent
    assert wire_room.taken() == 0


def test_an_answer_is_recorded_though_the_breaker_cannot_be_read_or_written(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Breaker.objects, "filter", _is_down)
    monkeypatch.setattr(Breaker.objects, "get_or_create", _is_down)
    assert steps.charge_new(agent).status == Status.APPROVED
    assert steps.charge_new(agent, amount_minor=10_920).status == Status.UNKNOWN


@pytest.mark.parametrize("digits", ["720", "830", "920", "970"])
def test_an_answer_that_cannot_be_trusted_is_a_silence(
    agent: Staff, gateway: Sandbox, settings: Settings, digits: str
) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1
    assert steps.charge_new(agent, amount_minor=10_000 + int(digits)).status == Status.UNKNOWN
    assert breaker.is_away()


@pytest.mark.parametrize("digits", ["820", "840", "940", "730"])
def test_a_signed_answer_of_any_kind_is_none(
    agent: Staff, gateway: Sandbox, settings: Settings, digits: str
) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1
    steps.charge_new(agent, amount_minor=10_000 + int(digits))
    assert not breaker.is_away()


def test_staff_are_told_of_every_reason(db: None, settings: Settings) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1
    breaker.count(SILENCE, "timeout")
    breaker.count(SET_UP, "00009")
    assert [str(one).split(".")[0] for one in readiness.notices()] == [
        "The payment gateway does not answer",
        "The gateway refuses every charge because our account is set up wrongly",
    ]
