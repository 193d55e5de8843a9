"""What an address is told first of an order that was charged twice before."""

import pytest

from orders.models import Order, Staff, WebhookDelivery
from orders.sandbox.server import Sandbox
from orders.services import paid, webhooks
from orders.states import Kind
from tests.factories import StaffFactory
from tests.services import after_sale
from tests.services.test_duplicates import charged_twice

pytestmark = pytest.mark.django_db(transaction=True)


def register() -> None:
    url = "https://shop.example.com/hooks"
    webhooks.make(actor=StaffFactory(admin=True), name="Shop", url=url)


def told(order: Order) -> list[str]:
    rows = WebhookDelivery.objects.filter(order=order).order_by("sequence")
    return [row.kind.removeprefix("order.") for row in rows]


def test_that_a_second_charge_has_to_be_given_back_is_told_first(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, _duplicate = charged_twice(supervisor, gateway)
    register()
    paid.mark_paid(actor=supervisor, order=order)
    assert told(order) == ["charged_twice"]


def test_a_second_charge_that_was_given_back_is_not_told_as_open(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    after_sale.act(Kind.REFUND, supervisor, order, 12_500, charge=duplicate.merchant_reference)
    register()
    after_sale.act(Kind.REFUND, supervisor, order, 2_500)
    assert told(order)[-1] == "refunded"
    assert "charged_twice" not in told(order)


def test_giving_a_second_charge_back_is_a_change(supervisor: Staff, gateway: Sandbox) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    register()
    after_sale.act(Kind.REFUND, supervisor, order, 12_500, charge=duplicate.merchant_reference)
    assert told(order) == ["changed"]
