"""A permission taken back: frozen at once, revoked once the gateway has confirmed it."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Event, Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, resolve, withdrawals
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory, StoredCardFactory

NOBODY = "http://127.0.0.1:9/FortAPI/paymentApi"
REASON = "By phone, call 4712"


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    return steps.stored_card(agent)


def withdrawn(agent: Staff, card: StoredCard) -> StoredCard:
    return withdrawals.withdraw(actor=agent, card=card, reason=REASON)


def later(minutes: float) -> None:
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        resolve.once()


def retired(gateway: Sandbox) -> int:
    return [one["command"] for one in gateway.requests].count("UPDATE_TOKEN")


def test_a_withdrawn_card_is_frozen_at_once_and_revoked_once_confirmed(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    withdrawn(agent, card)
    card.refresh_from_db()
    assert (card.state, card.token_retired_at) == ("frozen", None)
    assert (card.consent.withdrawn_by, card.consent.withdrawal_reason) == (agent, REASON)
    with pytest.raises(Refused, match="Frozen"):
        steps.place_stored(agent, card)
    resolve.once()
    card = StoredCard.objects.get()
    assert card.state == "revoked"
    assert card.token_retired_at is not None
    assert gateway.requests[-1]["parameters"]["token_status"] == "INACTIVE"


def test_every_step_is_in_the_trail(agent: Staff, card: StoredCard) -> None:
    withdrawn(agent, card)
    resolve.once()
    asked = Event.objects.get(kind="consent_withdrawn")
    assert (asked.actor, asked.reason, asked.data["card"]) == (agent, REASON, str(card))
    assert Event.objects.get(kind="card_revoked").data["customer"] == card.customer.number


def test_it_stays_frozen_until_the_gateway_answers(
    agent: Staff, card: StoredCard, gateway: Sandbox, settings: Settings
) -> None:
    withdrawn(agent, card)
    known, settings.APS_API_URL = settings.APS_API_URL, NOBODY
    resolve.once()
    card.refresh_from_db()
    assert card.state == "frozen"
    settings.APS_API_URL = known
    resolve.once()
    assert retired(gateway) == 0  # not at once again
    later(11)
    card.refresh_from_db()
    assert card.state == "revoked"


def test_a_refusal_to_forget_the_card_confirms_nothing(
    agent: Staff, card: StoredCard, gateway: Sandbox, settings: Settings
) -> None:
    withdrawn(agent, card)
    known, settings.APS_ACCESS_CODE = settings.APS_ACCESS_CODE, "wrongAccessCode00001"
    resolve.once()
    card.refresh_from_db()
    assert card.state == "frozen"
    settings.APS_ACCESS_CODE = known
    later(11)
    card.refresh_from_db()
    assert card.state == "revoked"


def test_a_token_that_is_not_there_is_as_good_as_forgotten(agent: Staff, gateway: Sandbox) -> None:
    card = StoredCardFactory()
    withdrawn(agent, card)
    resolve.once()
    card.refresh_from_db()
    assert card.state == "revoked"


def test_a_card_that_the_gateway_lost_can_be_withdrawn_and_is_asked_about_once(
    agent: Staff, gateway: Sandbox
) -> None:
    card = StoredCardFactory()
    charge.proceed(steps.place_stored(agent, card))
    assert StoredCard.objects.get().state == "revoked"
    withdrawn(agent, card)
    for minutes in (0, 20, 90):
        later(minutes)
    card = StoredCard.objects.get()
    assert (card.state, card.consent.withdrawal_reason) == ("revoked", REASON)
    assert card.token_retired_at is not None
    assert retired(gateway) == 1
    with pytest.raises(Conflict):
        withdrawn(agent, card)


def test_a_charge_under_way_ends_as_it_ends_and_its_token_waits_for_it(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    placed = steps.place_stored(agent, card, amount_minor=10_100)
    withdrawn(agent, card)
    resolve.once()
    assert retired(gateway) == 0
    assert charge.proceed(placed).status == Status.APPROVED
    resolve.once()
    card.refresh_from_db()
    assert card.state == "revoked"


def test_the_token_is_retired_once_however_many_charges_it_had(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    for amount_minor in (10_100, 10_200, 10_300):
        charge.proceed(steps.place_stored(agent, card, amount_minor=amount_minor))
    withdrawn(agent, card)
    for minutes in (0, 20, 90):
        later(minutes)
    assert retired(gateway) == 1


def test_a_token_that_is_used_once_more_is_forgotten_once_more(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    """An account may get the same token when the customer gives the same card again."""
    withdrawn(agent, card)
    resolve.once()
    operation = steps.place_new(agent, customer=card.customer, amount_minor=10_400)
    Operation.objects.filter(pk=operation.pk).update(
        token_name=card.token_name, status=Status.DECLINED, submitted_at=clock.now(),
        settled_at=clock.now(),
    )  # fmt: skip
    resolve.once()
    assert retired(gateway) == 2


def test_an_expired_card_can_be_withdrawn_too(agent: Staff, gateway: Sandbox) -> None:
    assert withdrawn(agent, StoredCardFactory(state="expired")).state == "frozen"


@pytest.mark.parametrize("reason", ["", "no", "x" * 251])
def test_it_needs_a_reason(agent: Staff, card: StoredCard, reason: str) -> None:
    with pytest.raises(Refused):
        withdrawals.withdraw(actor=agent, card=card, reason=reason)
    card.refresh_from_db()
    assert card.state == "active"


def test_it_is_withdrawn_once(agent: Staff, card: StoredCard) -> None:
    withdrawn(agent, card)
    with pytest.raises(Conflict):
        withdrawn(agent, card)
    resolve.once()
    with pytest.raises(Conflict):
        withdrawn(agent, card)


def test_who_only_reads_withdraws_nothing(card: StoredCard) -> None:
    with pytest.raises(Refused, match="right"):
        withdrawn(StaffFactory(auditor=True), card)


def test_a_card_is_claimed_by_one_process(agent: Staff, card: StoredCard) -> None:
    withdrawn(agent, card)
    assert [one.pk for one in withdrawals.claim(10)] == [card.pk]
    assert withdrawals.claim(10) == []
