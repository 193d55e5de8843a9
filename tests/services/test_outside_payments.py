"""Paid by cash, cheque or transfer: a person's word, that excludes every charge and proves none."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import (
    audit,
    charge,
    outside_payments,
    place,
)
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import (
    OperationFactory,
    OrderFactory,
    OutsidePaymentFactory,
    StaffFactory,
)
from tests.services.after_sale import kinds, now, sums
from tests.services.outside import (
    by_a_new_card,
    received,
    record,
    released,
    shown,
    take_back,
)

pytestmark = pytest.mark.django_db


def test_an_order_is_recorded_as_paid_by_cheque(supervisor: Staff) -> None:
    order = OrderFactory()
    payment = record(supervisor, order, reference="  CHQ   4711 ")
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID_OUTSIDE
    assert (order.paid_at, sums(order)) == (None, (0, 0, 0))
    assert (payment.reference, payment.amount) == ("CHQ 4711", "KWD 250.500")
    assert payment.approver is None
    event = order.events.get(kind="outside_payment_recorded")
    assert (event.actor, event.reason) == (supervisor, "The customer has no card")
    assert event.data["outside_reference"] == "CHQ 4711"
    assert list(audit.verify()) == []


def test_it_looks_like_no_charge(supervisor: Staff) -> None:
    order = OrderFactory()
    record(supervisor, order, method="transfer")
    order.refresh_from_db()
    result = shown(order)
    assert (result.kind, result.title, result.symbol) == ("outside", "Paid by transfer", "bank")
    offered = (result.may_mark_paid, result.may_enter_card, result.may_try_other)
    assert offered == (False, False, False)


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_nobody_else_records_or_takes_back(role: str) -> None:
    other, payment = StaffFactory(**{role: True}), OutsidePaymentFactory()
    with pytest.raises(Refused, match="right"):
        record(other, OrderFactory())
    with pytest.raises(Refused, match="right"):
        take_back(other, payment)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"method": "card"}, "method_unknown", "method"),
        ({"reference": "  "}, "reference_missing", "reference"),
        ({"reference": "x" * 61}, "reference_too_long", "reference"),
        ({"reason": "ok"}, "reason_missing", "reason"),
        ({"reason": "x" * 251}, "reason_too_long", "reason"),
        ({"received_on": clock.today() + timedelta(days=1)}, "received_later", "received_on"),
        ({"received_on": clock.today() - timedelta(days=367)}, "received_long_ago", "received_on"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    supervisor: Staff, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        record(supervisor, OrderFactory(), **changes)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert not OutsidePayment.objects.exists()


@pytest.mark.parametrize("days", [0, 1, 365])
def test_what_came_within_a_year_is_recorded(supervisor: Staff, days: int) -> None:
    day = clock.today() - timedelta(days=days)
    assert record(supervisor, OrderFactory(), received_on=day).received_on == day


def test_another_amount_than_the_page_named_is_not_recorded(supervisor: Staff) -> None:
    with pytest.raises(Conflict, match=r"KWD 250\.500"):
        record(supervisor, OrderFactory(), amount_minor=1)


def test_the_same_form_again_is_the_same_payment(supervisor: Staff) -> None:
    order = OrderFactory()
    asked_for = received(order)
    made = [
        outside_payments.record(actor=supervisor, order=order, received=asked_for)
        for _press in range(2)
    ]
    assert made[0] == made[1]
    assert kinds(order) == ["outside_payment_recorded"]
    for other in (replace(asked_for, method="cash"), replace(asked_for, reference="CHQ 4712")):
        with pytest.raises(Conflict, match="already used"):
            outside_payments.record(actor=supervisor, order=order, received=other)
    with pytest.raises(Conflict, match="already used"):
        outside_payments.record(actor=supervisor, order=OrderFactory(), received=asked_for)


def test_an_order_is_paid_outside_once(supervisor: Staff) -> None:
    order = OrderFactory(paid_outside=True)
    with pytest.raises(Conflict, match="already"):
        record(supervisor, order)
    assert OutsidePayment.objects.count() == 1


@pytest.mark.parametrize(
    ("trait", "why"),
    [
        ("reserved", "reserved on a card"),
        ("charged", "a card was charged"),
        ("paid", "a card was charged"),
        ("part_refunded", "a card was charged"),
        ("refunded", "a card was charged"),
        ("unknown", "not settled yet"),
    ],
)
def test_an_order_that_a_card_holds_is_not_paid_outside(
    supervisor: Staff, trait: str, why: str
) -> None:
    order = OrderFactory(**{trait: True})
    with pytest.raises(Conflict, match=why):
        record(supervisor, order)
    assert not OutsidePayment.objects.exists()


def test_a_charge_on_its_way_may_have_taken_the_money(supervisor: Staff) -> None:
    order = OperationFactory(sent=True).order
    with pytest.raises(Conflict, match="not settled yet"):
        record(supervisor, order)


def test_a_status_of_a_newer_version_holds_the_order(supervisor: Staff) -> None:
    order = OperationFactory(sent=True, status="hovering").order
    with pytest.raises(Conflict):
        record(supervisor, order)


def test_a_card_that_was_entered_is_charged_or_given_up_first(
    supervisor: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(supervisor))
    with pytest.raises(Conflict, match="a card was entered"):
        record(supervisor, operation.order)
    place.cancel(actor=supervisor, operation=operation)
    record(supervisor, operation.order)


def test_a_charge_that_waits_for_its_card_is_given_up(supervisor: Staff, gateway: Sandbox) -> None:
    operation = steps.place_new(supervisor)
    record(supervisor, operation.order)
    assert now(operation).status == Status.EXPIRED
    with pytest.raises(Conflict):
        charge.charge(actor=supervisor, operation=steps.enter_card(operation))
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


@pytest.mark.parametrize("trait", ["declined", "voided"])
def test_an_order_that_no_card_paid_is_paid_outside(supervisor: Staff, trait: str) -> None:
    order = OrderFactory(**{trait: True})
    record(supervisor, order)
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID_OUTSIDE


@pytest.mark.parametrize("status", [Status.RELEASED, Status.NOT_CHARGED])
def test_a_charge_that_may_still_come_has_to_be_known(supervisor: Staff, status: str) -> None:
    first = released(OrderFactory())
    Operation.objects.filter(pk=first.pk).update(status=status)
    with pytest.raises(Refused, match=first.merchant_reference) as refusal:
        record(supervisor, first.order)
    assert refusal.value.field == "goes_on"
    record(supervisor, first.order, beside=frozenset({first.merchant_reference}))
    event = first.order.events.get(kind="outside_payment_recorded")
    assert event.data["beside"] == [first.merchant_reference]


def test_knowing_of_one_charge_is_not_knowing_of_another(supervisor: Staff) -> None:
    first = released(OrderFactory())
    second = released(first.order)
    with pytest.raises(Refused, match=second.merchant_reference):
        record(supervisor, first.order, beside=frozenset({first.merchant_reference}))


def test_one_that_is_not_looked_at_again_needs_no_word(supervisor: Staff) -> None:
    first = released(OrderFactory())
    Operation.objects.filter(pk=first.pk).update(next_check_at=None)
    record(supervisor, first.order)
    assert first.order.events.get(kind="outside_payment_recorded").data["beside"] == []


# Taking back.


def test_a_cheque_that_bounced_frees_the_order(supervisor: Staff, gateway: Sandbox) -> None:
    order = OrderFactory(declined=True)
    payment = take_back(supervisor, record(supervisor, order))
    order.refresh_from_db()
    assert order.status == OrderStatus.DECLINED
    assert (payment.taken_back_by, payment.taken_back_reason) == (supervisor, "The cheque bounced")
    event = order.events.get(kind="outside_payment_taken_back")
    assert (event.actor, event.reason) == (supervisor, "The cheque bounced")
    by_a_new_card(supervisor, order)
    assert list(audit.verify(order.number)) == []


def test_it_is_taken_back_once_and_with_a_reason(supervisor: Staff) -> None:
    payment = record(supervisor, OrderFactory())
    with pytest.raises(Refused, match="why"):
        outside_payments.take_back(actor=supervisor, payment=payment, reason="ok")
    take_back(supervisor, payment)
    with pytest.raises(Conflict, match="already"):
        take_back(supervisor, payment)
    assert kinds(payment.order).count("outside_payment_taken_back") == 1


def test_another_payment_is_recorded_after_it(supervisor: Staff) -> None:
    order = OrderFactory()
    take_back(supervisor, record(supervisor, order))
    record(supervisor, order, method="cash", reference="R 17")
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID_OUTSIDE
    assert list(audit.verify()) == []


@pytest.mark.parametrize("kind", ["outside_payment_recorded", "outside_payment_taken_back"])
def test_a_payment_that_no_event_tells_is_found(supervisor: Staff, kind: str) -> None:
    payment = OutsidePaymentFactory()
    if kind == "outside_payment_taken_back":
        payment = record(supervisor, OrderFactory())
        OutsidePayment.objects.filter(pk=payment.pk).update(
            taken_back_at=clock.now(), taken_back_by=supervisor, taken_back_reason="Unseen"
        )
    told = [one for one in audit.verify() if kind in one]
    assert len(told) == 1
    assert payment.order.number in told[0]
