"""What is said of the card has to fit it, whoever asks and for whichever try of an order."""

from functools import partial
from typing import Any

import pytest

from orders.errors import Refused
from orders.models import Operation, Order, Staff
from orders.purposes import Initiator
from orders.services import place
from tests import steps
from tests.factories import CustomerFactory, OrderFactory, StoredCardFactory


def said_of(card: str) -> dict[str, Any]:
    if card == "new":
        return {"initiated_by": Initiator.MERCHANT}
    return {"stored_card": StoredCardFactory(), "consent": steps.consent()}


@pytest.mark.parametrize(
    ("card", "code", "field"),
    [
        ("new", "agreement_needs_card", "initiated_by"),
        ("stored", "card_kept_already", "keep_card"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_what_would_be_left_out_in_silence_is_refused(
    agent: Staff, card: str, code: str, field: str, *, is_first: bool
) -> None:
    said = said_of(card) | {"actor": agent, "form_key": place.new_form_key()}
    customer = said["stored_card"].customer if card == "stored" else None
    if is_first:
        act = partial(place.place_order, new_order=steps.wanted(customer))
    else:
        order = OrderFactory(customer=customer or CustomerFactory())
        act = partial(place.prepare_charge, order=order)
    with pytest.raises(Refused) as refused:
        act(**said)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Operation.objects.exists()
    assert Order.objects.exists() is not is_first
