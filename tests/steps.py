"""What agents do all day, as steps for tests: take an order, have a card entered, charge it."""

import html
import re
import urllib.parse
import urllib.request

from orders.gateway import CardForm
from orders.models import Customer, Operation, Staff, StoredCard
from orders.purposes import Initiator
from orders.services import card_entry, charge, place
from orders.services.new_order import NewConsent, NewOrder
from orders.services.place import Placed
from tests.factories import CustomerFactory

VISA = "4005550000000001"
DECLINED_VISA = "4916783391760242"
UNCERTAIN_VISA = "4556437649762022"


def consent() -> NewConsent:
    """A permission to keep the card."""
    return NewConsent(script_version="2026-11", language="en", given_by="Call 1", purpose="Refills")


def wanted(customer: Customer | None = None, **changes: object) -> NewOrder:
    """An order by phone for AED 125.00."""
    values: dict[str, object] = {
        "source": "phone",
        "customer": customer or CustomerFactory(),
        "amount_minor": 12_500,
        "currency": "AED",
    }
    return NewOrder(**(values | changes))  # type: ignore[arg-type]


def place_new(actor: Staff, *, keep: bool = False, **changes: object) -> Operation:
    """An order placed for a new card, which nobody has entered yet."""
    placed = place.place_order(
        actor=actor,
        form_key=place.new_form_key(),
        new_order=wanted(**changes),  # type: ignore[arg-type]
        consent=consent() if keep else None,
    )
    return placed.operation


def place_stored(
    actor: Staff,
    card: StoredCard,
    form_key: str = "",
    initiated_by: str = Initiator.CUSTOMER,
    **changes: object,
) -> Placed:
    """An order placed for a stored card: claimed, not sent."""
    return place.place_order(
        actor=actor,
        form_key=form_key or place.new_form_key(),
        new_order=wanted(card.customer, **changes),
        stored_card=card,
        initiated_by=initiated_by,
    )


def type_card(form: CardForm, number: str = VISA, expiry: str = "3005") -> list[tuple[str, str]]:
    """Post the card to the gateway as a browser does; the pairs that come back with it."""
    fields = form.fields | {"card_number": number, "expiry_date": expiry}
    if form.needs_cvv:
        fields["card_security_code"] = "123"
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(form.action, body) as answer:
        page = answer.read().decode()
    return [
        (name, html.unescape(value))
        for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page)
    ]


def enter_card(operation: Operation, number: str = VISA) -> Operation:
    """The prepared operation with the token of the card that was typed at the gateway."""
    return card_entry.receive_card(
        type_card(card_entry.card_form(operation, language="en"), number)
    )


def charge_new(actor: Staff, number: str = VISA, **changes: object) -> Operation:
    """A whole order with a new card, charged."""
    operation = enter_card(place_new(actor, **changes), number)  # type: ignore[arg-type]
    return charge.charge(actor=actor, operation=operation)


def stored_card(actor: Staff, number: str = VISA) -> StoredCard:
    """A card that the gateway keeps because an earlier order paid with it."""
    charge_new(actor, number, keep=True, amount_minor=7_500)
    return StoredCard.objects.latest("id")
