"""What a receipt says is what is proven of the order's own money, and it adds up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import clock, money
from orders.errors import Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services.receipt_content import content_of, proven
from orders.states import Kind, OrderStatus, Status
from tests.factories import OperationFactory, OrderFactory
from tests.services import after_sale

pytestmark = pytest.mark.django_db


def test_captures_in_parts_are_told_one_by_one(
    supervisor: Staff, gateway: Sandbox, settings: object
) -> None:
    settings.MANY_CAPTURES = True  # type: ignore[attr-defined]
    order = after_sale.reserved(supervisor)
    for amount in (5_000, 2_500):
        after_sale.act(Kind.CAPTURE, supervisor, order, amount)
    content = content_of(order)
    assert content.charged == "AED 75.00"
    assert [one.amount for one in content.captures] == ["AED 50.00", "AED 25.00"]
    assert (content.refunds, content.left, content.told) == ([], "", None)
    assert content.authorization_code


def test_one_capture_needs_no_list(supervisor: Staff, gateway: Sandbox) -> None:
    order = after_sale.reserved(supervisor)
    after_sale.act(Kind.CAPTURE, supervisor, order, 5_000)
    assert (content_of(order).charged, content_of(order).captures) == ("AED 50.00", [])


@pytest.mark.parametrize("state", ["declined", "unknown", "reserved", "voided"])
def test_without_money_taken_there_is_none(state: str) -> None:
    with pytest.raises(Refused, match="no money was taken"):
        content_of(OrderFactory(**{state: True}))


def test_a_refund_that_the_bank_took_back_is_none() -> None:
    order = OrderFactory(part_refunded=True)
    order.operations.filter(kind=Kind.REFUND).update(reversed_at=clock.now())
    refund = order.operations.get(kind=Kind.REFUND)
    content = content_of(order, refund)
    assert (content.refunds, content.left, content.told, content.title) == ([], "", None, "Receipt")


def test_what_is_open_or_refused_is_none() -> None:
    order = OrderFactory(charged=True)
    charge = order.operations.get()
    for seq, state in enumerate(("unknown", "declined"), 1):
        refund_of(charge, 1_000, seq, **{state: True})
    assert proven(order.operations.all()) == [charge]


def test_a_duplicate_is_none() -> None:
    order = OrderFactory(charged=True)
    duplicate = OperationFactory(order=order, settled=True, status=Status.DUPLICATE)
    refund_of(duplicate, order.amount_minor, 1, approved=True)
    content = content_of(order)
    assert content.charged == order.amount
    assert content.refunds == []


@given(
    currency=st.sampled_from(["AED", "KWD", "JPY", "JOD", "USD"]),
    amount=st.integers(min_value=10, max_value=9_999_999_999),
    cuts=st.lists(st.integers(min_value=1, max_value=9), max_size=4),
)
def test_charged_less_every_refund_is_what_is_left(
    currency: str, amount: int, cuts: list[int]
) -> None:
    order = OrderFactory(charged=True, currency=currency, amount_minor=amount)
    charge = order.operations.get()
    parts = [amount // 10 * cut // 10 or 1 for cut in cuts][: max(amount // 2, 1)]
    parts = parts if sum(parts) <= amount else []
    for seq, part in enumerate(parts, 1):
        refund_of(charge, part, seq, approved=True)
    content = content_of(order)
    assert content.charged == money.format_money(amount, currency)
    assert minor(content.refunded, currency) == sum(parts)
    assert sum(minor(one.amount, currency) for one in content.refunds) == sum(parts)
    left = minor(content.left, currency) if parts else amount
    assert left == amount - sum(parts)


def minor(text: str, currency: str) -> int:
    """The minor units of an amount as a receipt shows it, by arithmetic of its own."""
    code, _blank, figures = text.partition(" ")
    assert code == currency
    whole, _point, decimals = figures.replace(",", "").partition(".")
    assert len(decimals) == {"JPY": 0, "KWD": 3, "JOD": 3}.get(currency, 2)
    return int(whole + decimals)


def refund_of(charge: Operation, amount_minor: int, seq: int, **state: object) -> Operation:
    name = f"{charge.merchant_reference}-R{seq}"
    row: Operation = OperationFactory(
        order=charge.order,
        kind=Kind.REFUND,
        parent=charge,
        seq=seq,
        amount_minor=amount_minor,
        merchant_reference=charge.merchant_reference,
        maintenance_reference=name,
        **state,
    )
    if row.status == Status.UNKNOWN:
        Operation.objects.filter(pk=row.pk).update(status=Status.RELEASED)
    Order.objects.filter(pk=charge.order_id).update(status=OrderStatus.PART_REFUNDED)
    return row
