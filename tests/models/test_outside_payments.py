"""What the database keeps of a payment outside the gateway, whatever the code above it forgot."""

from typing import Any

import pytest
from django.db import connection

from orders import clock
from orders.models import OutsidePayment, Staff
from tests.factories import OrderFactory, OutsidePaymentFactory, StaffFactory
from tests.models.refusals import refused
from tests.models.test_triggers import insert_or_replace, run

pytestmark = pytest.mark.django_db

ONLY_TAKEN_BACK = "a payment outside the gateway is only taken back, once"


@pytest.fixture
def payment() -> OutsidePayment:
    return OutsidePaymentFactory()


def take_back(payment: OutsidePayment, **changes: Any) -> None:
    """Write the taking back past everything but the database."""
    said = {"taken_back_at": clock.now(), "taken_back_by": payment.recorded_by}
    said |= {"taken_back_reason": "It bounced"} | changes
    OutsidePayment.objects.filter(pk=payment.pk).update(**said)


def test_a_payment_is_taken_back_once(payment: OutsidePayment) -> None:
    take_back(payment)
    for changes in ({}, {"taken_back_at": None, "taken_back_by": None, "taken_back_reason": ""}):
        with refused(ONLY_TAKEN_BACK):
            take_back(payment, **changes)


def test_the_order_has_one_that_stands_and_any_number_that_do_not(payment: OutsidePayment) -> None:
    with refused("one_standing_outside_payment_per_order", r"outsidepayment\.order_id"):
        OutsidePaymentFactory(order=payment.order)
    take_back(payment)
    second = OutsidePaymentFactory(order=payment.order)
    take_back(second)
    third = OutsidePaymentFactory(order=payment.order)
    assert OutsidePayment.objects.standing_of(payment.order) == third


def test_a_form_makes_one_payment(payment: OutsidePayment) -> None:
    with refused("form_key"):
        OutsidePaymentFactory(form_key=payment.form_key)


CHANGED: dict[str, Any] = {
    "order_id": lambda: OrderFactory().pk,
    "id": lambda: 10**6,
    "method": lambda: "cash",
    "reference": lambda: "another",
    "reason": lambda: "Another reason",
    "received_on": lambda: "2026-01-01",
    "amount_minor": lambda: 1,
    "currency": lambda: "AED",
    "form_key": lambda: "another",
    "recorded_by_id": lambda: StaffFactory().pk,
    "recorded_at": clock.now,
    "approver_id": lambda: StaffFactory().pk,
}


@pytest.mark.parametrize("column", CHANGED)
def test_what_was_recorded_stays_as_it_is(payment: OutsidePayment, column: str) -> None:
    value = CHANGED[column]()
    with refused(ONLY_TAKEN_BACK):
        run(f"UPDATE orders_outsidepayment SET {column} = %s", value)


def test_every_column_but_those_of_taking_back_is_kept() -> None:
    columns = {field.column for field in OutsidePayment._meta.concrete_fields}
    assert columns - CHANGED.keys() == {"taken_back_at", "taken_back_by_id", "taken_back_reason"}


def test_a_payment_is_never_deleted(payment: OutsidePayment) -> None:
    for act in (payment.delete, OutsidePayment.objects.all().delete):
        with refused("payments outside the gateway are never deleted"):
            act()
    take_back(payment)
    with refused("payments outside the gateway are never deleted"):
        run("DELETE FROM orders_outsidepayment")


@pytest.mark.parametrize(
    "half", [{"taken_back_by": None}, {"taken_back_at": None}, {"taken_back_reason": ""}]
)
def test_taking_back_needs_a_moment_a_person_and_a_reason(
    payment: OutsidePayment, half: dict[str, Any]
) -> None:
    with refused("taken_back_by_whom_and_why"):
        take_back(payment, **half)


def test_no_payment_is_born_taken_back(payment: OutsidePayment) -> None:
    who: Staff = payment.recorded_by
    with refused("not born taken back"):
        OutsidePaymentFactory(
            taken_back_at=clock.now(), taken_back_by=who, taken_back_reason="It bounced"
        )


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"amount_minor": 0}, "outside_amount_is_more_than_zero"),
        ({"amount_minor": -1}, "outside_amount_is_more_than_zero"),
        ({"method": "card"}, "outside_method_is_known"),
        ({"reference": ""}, "outside_payment_says_which_and_why"),
        ({"reason": ""}, "outside_payment_says_which_and_why"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], name: str) -> None:
    with refused(name):
        OutsidePaymentFactory(**wrong)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite knows REPLACE")
@pytest.mark.parametrize("key", ["id", "form_key", "order"])
def test_a_payment_is_not_replaced(payment: OutsidePayment, key: str) -> None:
    other = OutsidePaymentFactory.build(
        order=OrderFactory(), recorded_by=payment.recorded_by, form_key="another", id=10**6
    )
    setattr(other, key, getattr(payment, key))
    with refused(r"orders_outsidepayment\."):
        insert_or_replace(other)
    assert OutsidePayment.objects.get().reference == payment.reference


def test_it_is_named_by_how_and_which(payment: OutsidePayment) -> None:
    assert str(payment) == f"Cheque {payment.reference}"
    assert (payment.amount, str(payment.words)) == ("KWD 250.500", "Paid by cheque")
