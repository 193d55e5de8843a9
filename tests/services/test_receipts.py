"""A receipt for every proven movement of money, once, written with the proof itself."""

import pytest
from django.core import mail

from orders.models import Receipt, Staff
from orders.sandbox.server import Sandbox
from orders.services.background import Background
from orders.states import ReceiptState
from tests import steps
from tests.services import after_sale

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_charge_is_followed_by_a_mail(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, send_receipts=True)
    receipt = Receipt.objects.get()
    assert receipt.operation == operation
    assert receipt.state == ReceiptState.WAITING
    assert mail.outbox == []
    assert Background().round() == 1
    [sent] = mail.outbox
    assert sent.to == [operation.order.customer.email]
    receipt.refresh_from_db()
    assert receipt.state == ReceiptState.SENT
    assert "receipt_sent" in after_sale.kinds(operation.order)
