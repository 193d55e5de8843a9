import pytest
from django.db.models import ProtectedError

from orders.models import Event
from tests.factories import OrderFactory, StaffFactory
from tests.models.refusals import refused


def tell(chain: str, position: int, **columns: object) -> Event:
    """An event, told."""
    return Event.objects.create(
        chain=chain, position=position, kind="order_taken", hash="0" * 64, **columns
    )


def test_a_position_in_a_chain_is_taken_once(db: None) -> None:
    tell("MO-10001", 1)
    with refused("events_are_numbered", r"orders_event\.chain"):
        tell("MO-10001", 1)


def test_every_chain_begins_at_one(db: None) -> None:
    assert [str(tell("MO-10001", 1)), str(tell("accounts", 1))] == [
        "MO-10001 #1 order_taken",
        "accounts #1 order_taken",
    ]


def test_events_are_read_in_the_order_they_were_told(db: None) -> None:
    told = [tell("MO-10001", 2), tell("MO-10001", 1)]
    assert list(Event.objects.all()) == told


def test_nobody_an_event_speaks_of_is_deleted(db: None) -> None:
    order, actor = OrderFactory(), StaffFactory()
    tell(order.number, 1, order=order, actor=actor)
    for row in (order, actor):
        with pytest.raises(ProtectedError):
            row.delete()
