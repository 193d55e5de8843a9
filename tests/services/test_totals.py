import pytest

from orders import clock
from orders.models import Operation, Order
from orders.services import totals
from orders.states import Kind
from tests.factories import OperationFactory, OrderFactory


def order_of(*charges: str, kind: str = Kind.PURCHASE) -> Order:
    """An order for 100 whose charges stand at these statuses, totals not yet computed."""
    order = OrderFactory(amount_minor=100)
    for status in charges:
        OperationFactory(order=order, settled=True, status=status, kind=kind)
    return order


def follow(order: Order, kind: str, amount_minor: int, status: str = "approved") -> Operation:
    """A capture, void or refund of the order's last charge."""
    parent = order.operations.filter(parent=None).last()
    return OperationFactory(
        order=order,
        kind=kind,
        parent=parent,
        settled=True,
        status=status,
        amount_minor=amount_minor,
        merchant_reference=parent.merchant_reference,
    )


def computed(order: Order) -> tuple[str, int, int, int]:
    """Status, authorized, captured, refunded once they are computed."""
    totals.recompute(order)
    stored = Order.objects.get(pk=order.pk)
    assert stored.status == order.status
    return stored.status, stored.authorized_minor, stored.captured_minor, stored.refunded_minor


def test_an_approved_purchase_is_money_captured(db: None) -> None:
    assert computed(order_of("approved")) == ("charged", 100, 100, 0)


def test_an_approved_authorization_is_money_held(db: None) -> None:
    assert computed(order_of("approved", kind=Kind.AUTHORIZATION)) == ("reserved", 100, 0, 0)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        ([], "open"),
        (["prepared"], "open"),
        (["sending"], "unknown"),
        (["declined", "unknown"], "unknown"),
        (["declined"], "declined"),
        (["not_charged"], "open"),
        (["duplicate"], "open"),
        (["voided"], "voided"),
        (["lapsed"], "voided"),
    ],
)
def test_without_an_approved_charge_there_is_no_money(
    db: None, statuses: list[str], status: str
) -> None:
    assert computed(order_of(*statuses)) == (status, 0, 0, 0)


def test_a_duplicate_is_not_counted_beside_the_charge_that_holds_the_order(db: None) -> None:
    assert computed(order_of("declined", "duplicate", "approved")) == ("charged", 100, 100, 0)


def test_captures_and_refunds_add_up(db: None) -> None:
    order = order_of("approved", kind=Kind.AUTHORIZATION)
    follow(order, Kind.CAPTURE, 40)
    assert computed(order) == ("charged", 100, 40, 0)
    follow(order, Kind.CAPTURE, 50)
    follow(order, Kind.REFUND, 30)
    assert computed(order) == ("part_refunded", 100, 90, 30)
    follow(order, Kind.REFUND, 60)
    assert computed(order) == ("refunded", 100, 90, 90)


@pytest.mark.parametrize("status", ["sending", "unknown", "declined", "not_charged", "released"])
def test_what_is_not_proven_moves_no_total(db: None, status: str) -> None:
    order = order_of("approved")
    follow(order, Kind.REFUND, 100, status)
    assert computed(order) == ("charged", 100, 100, 0)


def test_a_void_gives_the_order_free(db: None) -> None:
    order = order_of("voided", kind=Kind.AUTHORIZATION)
    follow(order, Kind.VOID, 100)
    assert computed(order) == ("voided", 0, 0, 0)


def test_a_paid_order_stays_paid_until_it_is_refunded(db: None) -> None:
    order = order_of("approved")
    totals.recompute(order)
    Order.objects.filter(pk=order.pk).update(paid_at=clock.now())
    order.refresh_from_db()
    assert computed(order)[0] == "paid"
    follow(order, Kind.REFUND, 1)
    assert computed(order)[0] == "part_refunded"


def test_every_computation_is_a_new_version_and_otherwise_the_same(db: None) -> None:
    order = order_of("approved")
    first, again = computed(order), computed(order)
    assert first == again
    assert order.version == 3


def test_operations_of_another_order_do_not_count(db: None) -> None:
    order_of("approved")
    assert computed(order_of("declined")) == ("declined", 0, 0, 0)


@pytest.mark.parametrize(
    "trait",
    ["reserved", "charged", "paid", "part_refunded", "refunded", "voided", "declined", "unknown"],
)
def test_orders_made_for_tests_are_what_would_be_computed(db: None, trait: str) -> None:
    made = OrderFactory(**{trait: True})
    order = Order.objects.get(pk=made.pk)
    before = (order.status, order.authorized_minor, order.captured_minor, order.refunded_minor)
    assert computed(order) == before
