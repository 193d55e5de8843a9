"""Faults 1 to 13: clicks, people, browser. ``docs/faults.md`` says which test proves which."""

import pytest

from orders.errors import Refused
from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge
from orders.states import Status
from tests import steps


@pytest.mark.parametrize("change", [{"amount_minor": 99_900}, {"currency": "SAR"}])
def test_fault_05_amount_that_changed_meanwhile_is_told_and_not_charged(
    agent: Staff, gateway: Sandbox, change: dict[str, object]
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    Order.objects.filter(pk=operation.order_id).update(**change)
    now = Order.objects.get(pk=operation.order_id).amount
    with pytest.raises(Refused, match=now):
        charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert operation.status == Status.EXPIRED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0
