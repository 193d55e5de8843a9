"""What the database itself refuses of receipts, whoever writes there."""

import pytest

from orders import clock
from orders.models import Receipt
from orders.services import place
from orders.states import ReceiptState
from tests.factories import OrderFactory
from tests.models.refusals import refused

pytestmark = pytest.mark.django_db


def receipt(**changes: object) -> Receipt:
    order = OrderFactory(charged=True)
    values = {
        "order": order,
        "operation": order.operations.get(),
        "form_key": place.new_form_key(),
        "address": "aisha@example.com",
        "language": "en",
        "due_at": clock.now(),
    }
    return Receipt.objects.create(**values | changes)


def test_one_by_itself_for_an_operation_and_any_number_that_people_ask_for() -> None:
    first = receipt()
    same = {"order": first.order, "operation": first.operation}
    for _each in range(2):
        receipt(**same, made_by=first.order.taken_by)
    with refused("one_receipt_by_itself_per_operation", "operation_id"):
        receipt(**same)


def test_a_form_makes_one() -> None:
    first = receipt()
    with refused("form_key"):
        receipt(form_key=first.form_key)


@pytest.mark.parametrize(
    "changes",
    [
        {"due_at": None},
        {"state": ReceiptState.FAILED},
        {"state": ReceiptState.REPLACED},
    ],
)
def test_what_waits_is_due_some_day_and_nothing_else_is(changes: dict[str, object]) -> None:
    with refused("a_waiting_receipt_is_due_some_day"):
        receipt(**changes)


def test_what_was_sent_has_a_time_and_nothing_else_has() -> None:
    with refused("a_sent_receipt_has_a_time"):
        receipt(state=ReceiptState.SENT, due_at=None)
    with refused("a_sent_receipt_has_a_time"):
        receipt(sent_at=clock.now())
    receipt(state=ReceiptState.SENT, due_at=None, sent_at=clock.now())


def test_it_says_what_became_of_it() -> None:
    assert str(receipt()).endswith("-1: Waiting")
