"""What every charge has to pass before it is stored or sent: the limits on tries, the ceilings of
an API key, then the question about charges that look like it.
"""

from orders.models import Order, Staff
from orders.services import api_ceilings, limits, near_duplicates
from orders.services.near_duplicates import Confirmation, Passed
from orders.services.new_order import NewOrder
from orders.states import Act


def gate(
    *,
    actor: Staff | None,
    wanted: NewOrder | Order,
    card: limits.Card | None,
    confirmation: Confirmation | None,
) -> Passed:
    """What the operation that charges ``wanted`` to ``card`` has to keep. Without a card a form for
    a new one is about to be handed out. Without an ``actor`` a repeat run charges.

    Runs in the caller's transaction, with the order locked if there is one; locks the person, then
    the customer. Raises ``Limited`` and ``near_duplicates.Warned``.
    """
    order = wanted if isinstance(wanted, Order) else None
    limits.check(actor=actor, customer=wanted.customer, card=card, order=order)
    api_ceilings.check(
        actor=actor,
        act=Act.CHARGE,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        order=order,
    )
    return near_duplicates.ask(
        actor=actor,
        customer=wanted.customer,
        amount_minor=wanted.amount_minor,
        currency=wanted.currency,
        token_name=card.token_name if card else "",
        order=order,
        confirmation=confirmation,
    )
