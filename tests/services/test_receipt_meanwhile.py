"""What changed between writing a receipt down and mailing it: the proof, the address, the wish."""

from functools import partial

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Operation, Order, Receipt
from orders.services import receipts
from orders.services.place import new_form_key
from orders.services.receipt_delivery import deliver
from orders.states import ReceiptState
from tests.factories import CustomerFactory, OrderFactory
from tests.services.test_receipt_delivery import now, receipt, worked_off
from tests.together import together

__all__ = ["receipt"]

pytestmark = pytest.mark.django_db(transaction=True)


class ReplacedMeanwhile(BaseEmailBackend):
    """While the mail leaves somebody asks for another one."""

    def send_messages(self, email_messages: object) -> int:
        Receipt.objects.update(state=ReceiptState.REPLACED, due_at=None)
        return 1


def test_a_refund_that_the_bank_took_back_is_not_told_any_more() -> None:
    order = OrderFactory(part_refunded=True, receipt_address="aisha@example.com")
    receipts.follow(order)
    refund = order.operations.get(kind="refund")
    receipt = Receipt.objects.get(operation=refund)
    Operation.objects.filter(pk=refund.pk).update(reversed_at=clock.now())
    assert not deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.REPLACED
    assert mail.outbox == []


def test_one_that_waits_goes_where_the_orders_receipts_go_by_now(receipt: Receipt) -> None:
    Order.objects.update(receipt_address="right@example.com")
    worked_off()
    assert [sent.to for sent in mail.outbox] == [["right@example.com"]]
    assert now(receipt).address == "right@example.com"


def test_one_that_a_person_asked_for_goes_where_it_was_asked_to_go(receipt: Receipt) -> None:
    Receipt.objects.update(made_by=receipt.order.taken_by)
    Order.objects.update(receipt_address="right@example.com")
    worked_off()
    assert [sent.to for sent in mail.outbox] == [["aisha@example.com"]]


def test_one_that_waits_while_the_customers_email_is_taken_away_is_not_sent(
    receipt: Receipt,
) -> None:
    Order.objects.update(receipt_address="")
    worked_off()
    assert mail.outbox == []
    assert now(receipt).state == ReceiptState.REPLACED


def test_one_that_was_replaced_while_it_left_did_leave(
    receipt: Receipt, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.ReplacedMeanwhile"
    assert deliver.call(receipt.pk, 0)
    assert now(receipt).state == ReceiptState.SENT


def test_one_that_was_replaced_before_does_not_leave(receipt: Receipt) -> None:
    Receipt.objects.update(state=ReceiptState.REPLACED, due_at=None)
    worked_off()
    assert mail.outbox == []


def test_corrections_on_two_orders_of_a_customer_at_once_do_not_wait_for_each_other() -> None:
    customer = CustomerFactory(email="wrong@example.com")
    orders = [
        OrderFactory(charged=True, customer=customer, receipt_address="wrong@example.com")
        for _each in range(4)
    ]

    def correct(order: Order) -> Receipt:
        return receipts.ask(
            actor=order.taken_by,
            order=order,
            email="right@example.com",
            form_key=new_form_key(),
            corrects_customer=True,
        )

    done = together(*[partial(correct, order) for order in reversed(orders)])
    assert {type(one) for one in done} == {Receipt}
    addresses = Order.objects.values_list("receipt_address", flat=True)
    assert set(addresses) == {"right@example.com"}
