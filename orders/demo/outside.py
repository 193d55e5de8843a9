"""What some customers of the story pay with who have no card at hand."""

from random import Random

from orders import clock
from orders.models import Order
from orders.services.outside_received import Received
from orders.services.place import new_form_key
from orders.states import OutsideMethod


def received(order: Order, random: Random) -> Received:
    """The whole of ``order`` in cash, by cheque or by transfer, which came today."""
    return Received(
        form_key=new_form_key(),
        method=random.choice(OutsideMethod.values),
        reference=str(random.randrange(100_000, 999_999)),
        reason="No card at hand",
        received_on=clock.today(),
        amount_minor=order.amount_minor,
    )
