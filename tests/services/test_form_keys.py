"""The same form again is known by its key, and by what it asks for."""

import pytest

from orders.errors import Conflict
from orders.models import Operation, Order, Staff
from orders.services import customers, place
from orders.services.new_order import NewCustomer, NewOrder
from orders.states import Source

pytestmark = pytest.mark.django_db


def placed(actor: Staff, name: str) -> Operation:
    """What one and the same form makes for a new customer of this name."""
    new_order = NewOrder(
        source=Source.PHONE,
        customer=NewCustomer(name=name, email="aisha@example.com"),
        amount_minor=12_500,
        currency="AED",
    )
    return place.place_order(actor=actor, form_key="f" * 26, new_order=new_order).operation


def test_the_same_form_shows_what_it_made(agent: Staff) -> None:
    assert placed(agent, "Aisha Rahman") == placed(agent, " Aisha  Rahman ")


def test_the_form_of_one_customer_makes_nothing_for_another(agent: Staff) -> None:
    made = placed(agent, "Aisha Rahman")
    customers.update(actor=None, customer=made.order.customer, phone="+971501234567")
    with pytest.raises(Conflict):
        placed(agent, "Omar Rahman")
    assert Order.objects.count() == 1


def test_a_customer_who_was_renamed_since_is_the_same(agent: Staff) -> None:
    made = placed(agent, "Aisha Rahman")
    customers.update(actor=None, customer=made.order.customer, name="Aisha Al Rahman")
    assert placed(agent, "Aisha Rahman") == made
    assert Order.objects.count() == 1
