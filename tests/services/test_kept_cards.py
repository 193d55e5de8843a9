"""What becomes of a stored card that the gateway does not take any more, or that is given anew."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Refused
from orders.models import Consent, Customer, Event, Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, resolve, withdrawals
from orders.states import Status
from tests import steps
from tests.factories import CustomerFactory, StoredCardFactory


def given_anew(actor: Staff, card: StoredCard, amount_minor: int, customer: Customer) -> Operation:
    """The same card typed once more, for which the gateway gives the same token, not sent yet."""
    operation = steps.place_new(actor, keep=True, customer=customer, amount_minor=amount_minor)
    steps.enter_card(operation)
    Operation.objects.filter(pk=operation.pk).update(token_name=card.token_name)
    return Operation.objects.get(pk=operation.pk)


def charged_anew(actor: Staff, card: StoredCard, amount_minor: int = 10_100) -> Consent:
    """The new consent, as it stands once its charge was approved."""
    operation = given_anew(actor, card, amount_minor, card.customer)
    assert charge.charge(actor=actor, operation=operation).status == Status.APPROVED
    assert operation.consent
    card.refresh_from_db()
    return Consent.objects.get(pk=operation.consent.pk)


def test_a_new_consent_for_a_known_card_replaces_the_one_before(
    agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    Consent.objects.filter(card=card).update(currency="AED", ceiling_per_charge_minor=10_000)
    old = Consent.objects.get(card=card)
    new = charged_anew(agent, card)
    old.refresh_from_db()
    assert (new.card, new.replaced_by) == (card, None)
    assert (old.card, old.replaced_by) == (None, new)
    told = Event.objects.get(kind="consent_replaced")
    assert (told.data["card"], told.actor) == (str(card), agent)
    placed = steps.place_stored(agent, StoredCard.objects.get(pk=card.pk), amount_minor=12_000)
    assert charge.proceed(placed).status == Status.APPROVED  # the ceiling of before is over


def test_a_card_that_was_withdrawn_is_kept_again_when_it_is_given_anew(
    agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    withdrawals.withdraw(actor=agent, card=card, reason="By phone, call 4712")
    resolve.once()
    operation = given_anew(agent, card, 10_200, card.customer)
    gateway.standin.books.tokens[card.token_name].status = "ACTIVE"
    charge.charge(actor=agent, operation=operation)
    resolve.once()
    card = StoredCard.objects.get(pk=card.pk)
    assert (card.state, card.frozen_at, card.token_retired_at) == ("active", None, None)
    assert card.consent == operation.consent
    assert Consent.objects.get(replaced_by=operation.consent).withdrawn_at
    assert charge.proceed(steps.place_stored(agent, card)).status == Status.APPROVED


def test_a_withdrawal_after_the_new_consent_stands(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    old = card.consent
    operation = given_anew(agent, card, 10_300, card.customer)
    withdrawals.withdraw(actor=agent, card=card, reason="By phone, call 4712")
    charge.charge(actor=agent, operation=operation)
    card = StoredCard.objects.get(pk=card.pk)
    assert (card.state, card.consent) == ("frozen", old)


def test_an_older_consent_that_is_heard_late_replaces_no_newer_one(
    agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    with clock.at(clock.now() - timedelta(minutes=5)):
        earlier = given_anew(agent, card, 10_400, card.customer)
    newest = charged_anew(agent, card, 10_600)
    charge.charge(actor=agent, operation=earlier)
    assert StoredCard.objects.get(pk=card.pk).consent == newest


def test_a_card_that_is_kept_for_somebody_else_stays_theirs(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    old = card.consent
    operation = given_anew(agent, card, 10_500, CustomerFactory())
    charge.charge(actor=agent, operation=operation)
    card = StoredCard.objects.get(pk=card.pk)
    assert (card.consent, card.customer) == (old, old.customer)


def test_fault_44_card_that_expired_is_not_offered_again(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    operation = charge.proceed(steps.place_stored(agent, card, amount_minor=10_770))
    card.refresh_from_db()
    assert (operation.status, operation.response_code) == (Status.DECLINED, "13012")
    assert card.state == "expired"
    with pytest.raises(Refused, match="another card"):
        steps.place_stored(agent, card)


def test_fault_44_card_whose_token_is_gone_is_not_offered_again(
    agent: Staff, gateway: Sandbox
) -> None:
    card = StoredCardFactory()  # a token that the gateway does not know
    operation = charge.proceed(steps.place_stored(agent, card))
    card.refresh_from_db()
    assert (operation.status, operation.response_code) == (Status.DECLINED, "00044")
    assert card.state == "revoked"
    assert Event.objects.get(kind="card_unusable").data["state"] == "revoked"


@pytest.mark.parametrize("digits", [810, 820, 940])
def test_a_card_that_was_only_declined_stays(agent: Staff, gateway: Sandbox, digits: int) -> None:
    card = steps.stored_card(agent)
    charge.proceed(steps.place_stored(agent, card, amount_minor=10_000 + digits))
    card.refresh_from_db()
    assert card.state == "active"


def test_a_card_somebody_froze_meanwhile_stays_frozen(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    placed = steps.place_stored(agent, card, amount_minor=10_770)
    card.state = "frozen"
    card.save()
    charge.proceed(placed)
    card.refresh_from_db()
    assert Operation.objects.get(pk=placed.operation.pk).status == Status.DECLINED
    assert card.state == "frozen"
