import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError

from orders import clock
from orders.models import Operation, Order
from orders.states import Status
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.models.refusals import refused
from tests.together import together


def change(order: Order, **columns: object) -> None:
    """Write to the row past everything but the database."""
    Order.objects.filter(pk=order.pk).update(**columns)


@pytest.mark.parametrize("amount_minor", [0, -1, 10_000_000_000])
def test_an_amount_the_gateway_cannot_take_is_refused(db: None, amount_minor: int) -> None:
    with refused("order_amount_fits_gateway"):
        OrderFactory(amount_minor=amount_minor)


@pytest.mark.parametrize("amount_minor", [1, 9_999_999_999])
def test_the_smallest_and_the_largest_amount_are_taken(db: None, amount_minor: int) -> None:
    assert OrderFactory(amount_minor=amount_minor).amount_minor == amount_minor


@pytest.mark.parametrize(
    ("refunded_minor", "captured_minor", "authorized_minor"),
    [(-1, 0, 0), (1, 0, 0), (1, 0, 1), (3, 2, 2), (0, 2, 1), (2, 2, 1), (0, 0, -1), (-1, -1, -1)],
)
def test_no_more_is_refunded_than_captured_nor_captured_than_authorized(
    db: None, refunded_minor: int, captured_minor: int, authorized_minor: int
) -> None:
    order = OrderFactory()
    with refused("refunded_within_captured_within_authorized"):
        change(
            order,
            refunded_minor=refunded_minor,
            captured_minor=captured_minor,
            authorized_minor=authorized_minor,
        )


@pytest.mark.parametrize("totals", [(0, 0, 0), (0, 0, 5), (0, 3, 5), (3, 3, 5), (5, 5, 5)])
def test_totals_in_their_order_are_taken(db: None, totals: tuple[int, int, int]) -> None:
    order = OrderFactory()
    names = ("refunded_minor", "captured_minor", "authorized_minor")
    change(order, **dict(zip(names, totals, strict=True)))
    order.refresh_from_db()
    assert order.left_minor == totals[1] - totals[0]


def test_an_order_is_paid_only_with_money_captured(db: None) -> None:
    order = OrderFactory(reserved=True)
    with refused("paid_only_with_a_confirmed_charge"):
        change(order, paid_at=clock.now())
    change(order, paid_at=clock.now(), captured_minor=1)


def test_a_paid_order_cannot_lose_its_captured_money(db: None) -> None:
    order = OrderFactory(paid=True)
    with refused("paid_only_with_a_confirmed_charge"):
        change(order, captured_minor=0)


def test_a_reference_belongs_to_one_order(db: None) -> None:
    OrderFactory(reference="WEB-1")
    with refused("one_order_per_reference", r"orders_order\.reference"):
        OrderFactory(reference="WEB-1")


def test_any_number_of_orders_have_no_reference(db: None) -> None:
    assert OrderFactory(reference="").reference == OrderFactory(reference="").reference


def test_the_number_is_made_from_the_row(db: None) -> None:
    order = OrderFactory()
    assert order.number == f"MO-{10_000 + order.pk}" == str(order)


def test_an_order_is_found_by_the_number_people_say(db: None) -> None:
    order, _other = OrderFactory(), OrderFactory()
    assert Order.objects.by_number(order.number).get() == order


@pytest.mark.parametrize(
    "number",
    ["", "MO-", "MO-1", "MO-9999", "mo-10001", "XX-10001", "MO10001", "MO-10001 ", "MO-10001-1",
     "MO-١٠٠٠١", "MO-1e5", "MO--1", "MO-10001\n", "MO-" + "9" * 18, "MO-" + "9" * 5000],
)  # fmt: skip
def test_what_is_no_number_of_an_order_finds_none(db: None, number: str) -> None:
    OrderFactory(pk=1)
    assert not Order.objects.by_number(number).exists()


def test_a_prefix_with_signs_in_it_is_taken_literally(db: None, settings: object) -> None:
    settings.ORDER_PREFIX = "A.B"  # type: ignore[attr-defined]
    order = OrderFactory()
    assert Order.objects.by_number(order.number).get() == order
    assert not Order.objects.by_number(order.number.replace(".", "x")).exists()


def test_an_agent_sees_the_orders_they_took_and_no_other(db: None) -> None:
    agent = StaffFactory(agent=True)
    mine = OrderFactory(taken_by=agent)
    OrderFactory()
    OrderFactory(taken_by=None)
    assert list(Order.objects.visible_to(agent)) == [mine]


@pytest.mark.parametrize("role", ["supervisor", "auditor"])
def test_by_right_everybodys_orders_are_seen(db: None, role: str) -> None:
    orders = {OrderFactory(), OrderFactory(taken_by=None)}
    assert set(Order.objects.visible_to(StaffFactory(role=role))) == orders


def test_somebody_without_rights_or_account_sees_nothing(db: None) -> None:
    OrderFactory()
    assert not Order.objects.visible_to(StaffFactory()).exists()
    leaver = StaffFactory(supervisor=True, is_active=False)
    assert not Order.objects.visible_to(leaver).exists()


def test_visibility_and_number_go_together(db: None) -> None:
    order = OrderFactory()
    stranger = StaffFactory(agent=True)
    assert not Order.objects.visible_to(stranger).by_number(order.number).exists()
    assert Order.objects.visible_to(order.taken_by).by_number(order.number).get() == order


def test_changes_under_the_lock_are_never_lost(transactional_db: None) -> None:
    order = OrderFactory(version=1)

    def count_on() -> None:
        for _each in range(5):
            with transaction.atomic():
                locked = Order.objects.locked(order.pk)
                change(order, version=locked.version + 1)

    assert together(*[count_on] * 4) == [None] * 4
    order.refresh_from_db()
    assert order.version == 21


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks")
def test_a_lock_is_for_a_transaction(transactional_db: None) -> None:
    order = OrderFactory()
    with pytest.raises(TransactionManagementError):
        Order.objects.locked(order.pk)


def test_what_does_not_exist_cannot_be_locked(db: None) -> None:
    with pytest.raises(Order.DoesNotExist):
        Order.objects.locked(0)


def test_an_order_with_operations_or_of_a_customer_is_not_deleted(db: None) -> None:
    order = OperationFactory(status=Status.EXPIRED).order
    for row in (order, order.customer, order.taken_by):
        with pytest.raises(ProtectedError):
            row.delete()
    assert Operation.objects.count() == 1


def test_the_amount_is_shown_with_its_currency(db: None) -> None:
    assert OrderFactory().amount == "KWD 250.500"


def test_an_order_has_a_page_of_its_own(db: None) -> None:
    order = OrderFactory()
    assert order.get_absolute_url() == f"/orders/{order.number}/"
