from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import ask, audit, charge, evidence, place, resend
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.said import said
from tests.together import together

LOST = 10_930  # not charged, dropped; the same reference works when it is sent again


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    return steps.stored_card(agent)


def not_charged(agent: Staff, card: StoredCard, amount_minor: int = LOST) -> Operation:
    """A charge whose request was lost, and whose absence is believed by now."""
    operation = charge.proceed(steps.place_stored(agent, card, amount_minor=amount_minor))
    assert operation.status == Status.UNKNOWN
    for minutes in (1, 10, 20):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            operation = evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND))
    assert operation.status == Status.NOT_CHARGED
    return operation


def test_the_same_row_is_sent_again_with_the_same_reference(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    first = not_charged(agent, card)
    again = resend.resend(actor=agent, operation=first)
    assert (again.pk, again.status, again.resends) == (first.pk, Status.APPROVED, 1)
    assert gateway.count(first.merchant_reference, "PURCHASE") == 2
    assert first.order.operations.count() == 1


def test_it_is_in_the_trail_with_whoever_pressed(
    agent: Staff, supervisor: Staff, card: StoredCard
) -> None:
    again = resend.resend(actor=supervisor, operation=not_charged(agent, card))
    event = again.order.events.filter(kind="purchase_sending").latest("position")
    assert (event.actor, event.data["resends"]) == (supervisor, 1)
    assert list(audit.verify(again.order.number)) == []


def test_fault_41_and_46_first_request_that_arrives_late_is_still_one_charge(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    first = not_charged(agent, card)
    charge.request_of(first)()  # the network delivers the first request at last
    again = resend.resend(actor=agent, operation=first)
    assert again.status == Status.UNKNOWN
    again = ask.ask(operation=again)
    assert again.status == Status.APPROVED
    assert again.order.operations.count() == 1


def test_fault_11_an_unknown_charge_is_not_sent_again(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = charge.proceed(steps.place_stored(agent, card, amount_minor=LOST))
    with pytest.raises(Conflict):
        resend.resend(actor=agent, operation=operation)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_an_older_try_is_not_sent_again(agent: Staff, card: StoredCard, gateway: Sandbox) -> None:
    first = not_charged(agent, card)
    place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=first.order)
    with pytest.raises(Conflict):
        resend.resend(actor=agent, operation=first)
    assert gateway.count(first.merchant_reference, "PURCHASE") == 1


def test_a_page_from_before_the_last_sending_sends_nothing(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    seen = not_charged(agent, card)
    Operation.objects.filter(pk=seen.pk).update(resends=1)
    with pytest.raises(Conflict):
        resend.resend(actor=agent, operation=seen)


@pytest.mark.parametrize(
    "gone",
    [{"token_name": ""}, {"token_retired_at": clock.now()}],
)
def test_a_card_that_is_not_kept_any_more_is_refused(
    agent: Staff, card: StoredCard, gateway: Sandbox, gone: dict[str, object]
) -> None:
    operation = not_charged(agent, card)
    Operation.objects.filter(pk=operation.pk).update(**gone)
    with pytest.raises(Refused) as refused:
        resend.resend(actor=agent, operation=operation)
    assert refused.value.code == "token_gone"


def test_a_stored_card_that_was_frozen_is_refused(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = not_charged(agent, card)
    StoredCard.objects.update(state=StoredCard.State.FROZEN)
    with pytest.raises(Refused):
        resend.resend(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert (operation.status, operation.resends) == (Status.NOT_CHARGED, 0)


def test_an_auditor_sends_nothing(agent: Staff, card: StoredCard, gateway: Sandbox) -> None:
    operation = not_charged(agent, card)
    with pytest.raises(Refused):
        resend.resend(actor=StaffFactory(auditor=True), operation=operation)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_send_once(
    transactional_db: None, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = not_charged(agent, card)

    def press() -> object:
        return resend.resend(actor=agent, operation=Operation.objects.get(pk=operation.pk))

    results = together(press, press, press)
    assert sum(isinstance(one, Operation) for one in results) == 1
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 2


def test_a_card_that_was_typed_is_sent_again_too(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=LOST)
    for minutes in (1, 10, 20):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            operation = evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND))
    Operation.objects.filter(pk=operation.pk).update(expiry="2001")
    with pytest.raises(Refused, match="ended 01/20"):
        resend.resend(actor=agent, operation=operation)
    Operation.objects.filter(pk=operation.pk).update(expiry="3005")
    assert resend.resend(actor=agent, operation=operation).status == Status.APPROVED
