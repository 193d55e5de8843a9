"""A charge that succeeded beside another one: given back whole, and then the order is free."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge, place, release
from orders.services.result_of_order import warnings_of
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.after_sale import act, asked, now, sums


def charged_twice(actor: Staff, gateway: Sandbox, **changes: object) -> tuple[Order, Operation]:
    """An order whose first charge was let go of and shows up beside the second one."""
    gateway.set(force="920")
    first = steps.charge_new(actor, **changes)
    gateway.set(force="")
    Operation.objects.filter(pk=first.pk).update(submitted_at=clock.now() - timedelta(minutes=31))
    release.release(
        actor=actor,
        second_person=StaffFactory(supervisor=True),
        operation=now(first),
        typed_reference=first.merchant_reference,
        reason="Nobody knows it",
    )
    placed = place.prepare_charge(actor=actor, form_key=place.new_form_key(), order=first.order)
    charge.charge(actor=actor, operation=steps.enter_card(placed.operation))
    duplicate = asked(first)
    assert duplicate.status == Status.DUPLICATE
    return Order.objects.get(pk=first.order_id), duplicate


def test_a_duplicate_is_given_back_whole_and_the_order_keeps_its_own_charge(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    reference = duplicate.merchant_reference
    refund = act("refund", supervisor, order, 12_500, charge=reference)
    assert (refund.status, refund.parent) == (Status.APPROVED, duplicate)
    assert sums(order) == (12_500, 12_500, 0)
    assert order.status == OrderStatus.CHARGED
    assert warnings_of(list(order.operations.all()), None) == []
    assert gateway.order(reference).refunded == 12_500  # type: ignore[union-attr]
    assert gateway.order(f"{order.number}-2").refunded == 0  # type: ignore[union-attr]


def test_no_part_of_a_duplicate_is_kept(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    with pytest.raises(Refused, match="whole"):
        act("refund", supervisor, order, 2_500, charge=duplicate.merchant_reference)


def test_a_duplicate_is_given_back_once(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    act("refund", supervisor, order, 12_500, charge=duplicate.merchant_reference)
    with pytest.raises(Refused, match="has been given back"):
        act("refund", supervisor, order, 12_500, charge=duplicate.merchant_reference)


def test_the_orders_own_charge_is_refunded_beside_it(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    act("refund", supervisor, order, 12_500)
    assert sums(order) == (12_500, 12_500, 12_500)
    act("refund", supervisor, order, 12_500, charge=duplicate.merchant_reference)
    assert sums(order) == (12_500, 12_500, 12_500)


def test_a_reservation_made_twice_is_voided(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway, wants="authorization")
    reference = duplicate.merchant_reference
    with pytest.raises(Refused, match="Void it"):
        act("capture", supervisor, order, 12_500, charge=reference)
    assert act("void", supervisor, order, charge=reference).status == Status.APPROVED
    assert now(duplicate).status == Status.DUPLICATE
    assert sums(order) == (12_500, 0, 0)
    act("void", supervisor, order)
    key = place.new_form_key()
    assert place.prepare_charge(actor=supervisor, form_key=key, order=order).is_new


def test_an_order_with_a_duplicate_is_free_only_once_it_is_given_back(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, duplicate = charged_twice(supervisor, gateway, wants="authorization")
    act("void", supervisor, order)
    with pytest.raises(Conflict):
        place.prepare_charge(actor=supervisor, form_key=place.new_form_key(), order=order)
    act("void", supervisor, order, charge=duplicate.merchant_reference)
    key = place.new_form_key()
    assert place.prepare_charge(actor=supervisor, form_key=key, order=order).is_new


def test_a_lost_refund_of_a_duplicate_is_settled_by_its_own_totals(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    reference = duplicate.merchant_reference
    gateway.set(force="920")
    refund = act("refund", supervisor, order, 12_500, charge=reference)
    assert asked(refund).status == Status.APPROVED
    assert warnings_of(list(order.operations.all()), None) == []
