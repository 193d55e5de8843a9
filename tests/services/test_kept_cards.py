"""What becomes of a stored card that the gateway does not take any more."""

import pytest

from orders.errors import Refused
from orders.models import Event, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge
from orders.states import Status
from tests import steps
from tests.factories import StoredCardFactory


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
