"""Steps for tests of payments outside the gateway: record it, take it back, find it twice."""

from typing import Any

from orders import clock
from orders.gateway import Outcome
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import evidence, outside_payments, place
from orders.services.outside_received import Received
from orders.services.result import Result
from orders.services.result_of_order import result_of, warnings_of
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory
from tests.services.after_sale import asked, now
from tests.services.said import said


def received(order: Order, **changes: Any) -> Received:
    """A cheque over the whole order that came today."""
    values: dict[str, Any] = {
        "form_key": place.new_form_key(),
        "method": "cheque",
        "reference": "CHQ 4711",
        "reason": "The customer has no card",
        "received_on": clock.today(),
        "amount_minor": order.amount_minor,
    }
    return Received(**(values | changes))


def record(actor: Staff, order: Order, **changes: Any) -> OutsidePayment:
    return outside_payments.record(actor=actor, order=order, received=received(order, **changes))


def take_back(actor: Staff, payment: OutsidePayment) -> OutsidePayment:
    return outside_payments.take_back(actor=actor, payment=payment, reason="The cheque bounced")


def released(order: Order) -> Operation:
    """A charge of the order that was let go of, and that the gateway will be asked about again."""
    return OperationFactory(
        order=order, sent=True, status=Status.RELEASED, next_check_at=clock.now(), fort_id=""
    )


def found_late(actor: Staff, gateway: Sandbox, **changes: object) -> tuple[Order, Operation]:
    """An order whose charge was lost and let go of, paid by cheque, and charged after all."""
    gateway.set(force="920")
    first = steps.charge_new(actor, **changes)
    gateway.set(force="")
    evidence.apply(operation=first, statement=said(Outcome.UNKNOWN))
    now(first).move(Status.RELEASED, next_check_at=clock.now())
    beside = frozenset({first.merchant_reference})
    record(actor, Order.objects.get(pk=first.order_id), beside=beside)
    found = asked(first)
    assert found.status == Status.APPROVED
    return Order.objects.get(pk=first.order_id), found


def seen(order: Order) -> list[str]:
    """The warnings on the order's page."""
    outside = OutsidePayment.objects.standing_of(order)
    return warnings_of(list(order.operations.order_by("id")), outside)


def shown(order: Order) -> Result:
    """What the order's page says of it."""
    outside = OutsidePayment.objects.standing_of(order)
    return result_of(order, list(order.operations.order_by("id")), outside)


def by_a_new_card(actor: Staff, order: Order) -> object:
    return place.prepare_charge(actor=actor, form_key=place.new_form_key(), order=order)
