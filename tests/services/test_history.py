"""The order history: what is found, in which order, for whom, at what cost."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders import clock
from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import history
from orders.services.history import HistoryFilters
from orders.states import OrderStatus, Source
from tests.factories import CustomerFactory, OperationFactory, OrderFactory, StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    staff = StaffFactory(supervisor=True)
    staff.get_all_permissions()  # read now, so that it does not count among a page's queries
    return staff


def found(viewer: Staff, **filters: Any) -> list[Order]:
    return [row.order for row in history.page(HistoryFilters(**filters), viewer).rows]


def taken(hours_ago: float, **details: Any) -> Order:
    return OrderFactory(taken_at=clock.now() - timedelta(hours=hours_ago), **details)


def numbered(number: int) -> Order:
    """An order of that number, and nothing else that its digits could find."""
    return OrderFactory(pk=number - 10_000, customer__phone="", reference="")


def test_the_newest_order_comes_first(supervisor: Staff) -> None:
    old, new, between = taken(3), taken(1), taken(2)
    assert found(supervisor) == [new, between, old]


def test_orders_taken_at_the_same_moment_are_in_the_order_of_their_numbers(
    supervisor: Staff,
) -> None:
    moment = clock.now()
    first, second = OrderFactory(taken_at=moment), OrderFactory(taken_at=moment)
    assert found(supervisor) == [second, first]


def test_an_agent_sees_no_order_of_somebody_else() -> None:
    order = OrderFactory(reference="WEB-1")
    OrderFactory(reference="WEB-2")
    assert found(order.taken_by) == found(order.taken_by, text="WEB") == [order]
    assert found(order.taken_by, text="WEB-2") == []


def test_the_card_shown_is_the_one_of_the_latest_charge(supervisor: Staff) -> None:
    order = OrderFactory(declined=True)
    OperationFactory(order=order, approved=True, payment_option="MASTERCARD", last_four="4444")
    (row,) = history.page(HistoryFilters(), supervisor).rows
    assert (row.brand, row.last_four) == ("MASTERCARD", "4444")


def test_an_order_without_a_card_shows_none(supervisor: Staff) -> None:
    OrderFactory()
    (row,) = history.page(HistoryFilters(), supervisor).rows
    assert (row.brand, row.last_four) == ("", "")


@pytest.mark.parametrize(
    "text", ["MO-10482", "mo 10482", "MO10482", "10482", "0482", "482", "٤٨٢", "MO-10482-1"]
)
def test_an_order_is_found_by_its_number_or_the_end_of_it(supervisor: Staff, text: str) -> None:
    order = numbered(10_482)
    numbered(10_483)
    assert found(supervisor, text=text) == [order]


def test_a_whole_number_finds_that_order_alone(supervisor: Staff) -> None:
    order = numbered(10_482)
    numbered(110_482)
    assert found(supervisor, text="MO-10482") == [order]


def test_the_end_of_a_number_finds_every_order_that_has_it(supervisor: Staff) -> None:
    orders = [numbered(number) for number in (10_482, 11_482, 20_482)]
    numbered(20_481)
    assert found(supervisor, text="482") == orders[::-1]


@pytest.mark.parametrize("text", ["WEB-20931", "WEB-2", "web-20931"])
def test_an_order_is_found_by_its_reference(supervisor: Staff, text: str) -> None:
    order = OrderFactory(reference="WEB-20931")
    OrderFactory(reference="FORM-7")
    assert found(supervisor, text=text) == [order]


@pytest.mark.parametrize("text", ["aisha", "Rahman Aïsha", "a.rahman@exa", "0507654321", "4321"])
def test_an_order_is_found_by_its_customer(supervisor: Staff, text: str) -> None:
    customer = CustomerFactory(
        name="Aisha Rahman", email="a.rahman@example.com", phone="+971507654321"
    )
    orders = OrderFactory.create_batch(2, customer=customer)
    OrderFactory(customer__name="Omar", customer__phone="", customer__email="omar@example.com")
    assert found(supervisor, text=text) == orders[::-1]


def test_an_order_is_found_by_the_last_four_of_any_card_tried(supervisor: Staff) -> None:
    order = OrderFactory(paid=True, reference="")
    order.operations.update(last_four="7788")
    OperationFactory(order=order, declined=True, last_four="9911")
    OrderFactory(paid=True)
    assert found(supervisor, text="7788") == found(supervisor, text="9911") == [order]


def test_an_order_is_found_by_the_whole_fort_id(supervisor: Staff) -> None:
    order = OrderFactory(paid=True)
    OrderFactory(paid=True)
    fort_id = order.operations.get().fort_id
    assert found(supervisor, text=fort_id) == [order]
    assert found(supervisor, text=fort_id[:-1]) == []


def test_an_order_found_in_two_ways_is_shown_once(supervisor: Staff) -> None:
    order = OrderFactory(customer__name="Aisha Web", reference="WEB-1")
    assert found(supervisor, text="web") == [order]


@pytest.mark.parametrize(
    "text", ["=", "%", "_", "🎉", "\u200f", "\x00", "MO-", "\ud800", "' OR 1=1"]
)
def test_text_that_fits_nothing_finds_nothing(supervisor: Staff, text: str) -> None:
    OrderFactory(paid=True)
    assert found(supervisor, text=text) == []


@pytest.mark.parametrize("text", ["9" * 18, "9" * 40, "x" * 10_000, "MO-" + "9" * 18, "1 " * 500])
def test_endless_text_finds_nothing(supervisor: Staff, text: str) -> None:
    OrderFactory(paid=True)
    assert found(supervisor, text=text) == []


@pytest.mark.parametrize(
    ("field", "value", "other"),
    [
        ("status", OrderStatus.DECLINED, OrderStatus.OPEN),
        ("source", Source.POST, Source.PHONE),
        ("currency", "AED", "SAR"),
    ],
)
def test_filters_keep_what_fits(supervisor: Staff, field: str, value: str, other: str) -> None:
    order = OrderFactory(**{field: value})
    OrderFactory(**{field: other})
    assert found(supervisor, **{field: value}) == [order]


def test_orders_are_filtered_by_who_took_them(supervisor: Staff) -> None:
    order = OrderFactory()
    OrderFactory()
    assert found(supervisor, agent=order.taken_by.pk) == [order]


def test_the_first_moment_counts_and_the_last_does_not(supervisor: Staff) -> None:
    start = clock.now()
    end = start + timedelta(hours=1)
    OrderFactory(taken_at=start - timedelta(microseconds=1))
    first, last = OrderFactory(taken_at=start), OrderFactory(taken_at=end)
    assert found(supervisor, taken_from=start, taken_until=end) == [first]
    assert found(supervisor, taken_from=end) == [last]


def test_amounts_are_compared_in_each_currency_of_its_own(supervisor: Staff) -> None:
    kuwaiti = OrderFactory(amount_minor=250_500, currency="KWD")
    dirham = OrderFactory(amount_minor=25_050, currency="AED")
    yen = OrderFactory(amount_minor=251, currency="JPY")
    OrderFactory(amount_minor=250_500, currency="AED")
    around = {"amount_from": Decimal("250.5"), "amount_to": Decimal(251)}
    assert found(supervisor, **around) == [yen, dirham, kuwaiti]
    assert found(supervisor, **around, currency="KWD") == [kuwaiti]


def test_an_amount_between_two_minor_units_includes_neither(supervisor: Staff) -> None:
    OrderFactory(amount_minor=25_050, currency="AED")
    assert found(supervisor, amount_from=Decimal("250.501")) == []
    assert found(supervisor, amount_to=Decimal("250.499")) == []


def test_text_and_filters_narrow_together(supervisor: Staff) -> None:
    customer = CustomerFactory(name="Aisha Rahman")
    order = OrderFactory(customer=customer, currency="AED")
    OrderFactory(customer=customer, currency="SAR")
    assert found(supervisor, text="aisha", currency="AED") == [order]


@pytest.mark.parametrize("text", ["", "web"])
def test_pages_follow_one_another_and_lead_back(supervisor: Staff, text: str) -> None:
    moment = clock.now()
    orders = [
        OrderFactory(reference=f"WEB-{n}", taken_at=moment + timedelta(seconds=n // 2))
        for n in range(5)
    ][::-1]
    filters = HistoryFilters(text=text)
    first = history.page(filters, supervisor, size=2)
    second = history.page(filters, supervisor, size=2, before=first.older)
    third = history.page(filters, supervisor, size=2, before=second.older)
    back = history.page(filters, supervisor, size=2, after=third.newer)
    assert [row.order for page in (first, second, third) for row in page.rows] == orders
    assert (first.newer, third.older) == (None, None)
    assert back == second


def test_an_order_that_arrives_meanwhile_shifts_no_page(supervisor: Staff) -> None:
    taken(3), taken(2)
    first = history.page(HistoryFilters(), supervisor, size=1)
    older = history.page(HistoryFilters(), supervisor, size=1, before=first.older)
    taken(1)
    assert history.page(HistoryFilters(), supervisor, size=1, before=first.older) == older


def test_a_page_beside_an_order_that_is_gone_is_the_newest(supervisor: Staff) -> None:
    order = OrderFactory()
    page = history.page(HistoryFilters(), supervisor, before=order.pk + 1)
    assert [row.order for row in page.rows] == [order]


@pytest.mark.parametrize(("text", "queries"), [("", 3), ("aisha", 4), ("1111", 6)])
def test_a_page_costs_the_same_queries_however_long(
    supervisor: Staff, django_assert_num_queries: Any, text: str, queries: int
) -> None:
    customer = CustomerFactory(name="Aisha Rahman")
    OrderFactory.create_batch(12, paid=True, customer=customer)
    with django_assert_num_queries(queries):
        rows = history.page(HistoryFilters(text=text), supervisor, size=10).rows
        assert len({str(row.order.taken_by) + str(row.order.customer) for row in rows}) == 10


def test_what_waits_for_approval_is_found_and_marked(
    supervisor: Staff, gateway: Sandbox, django_assert_num_queries: Any
) -> None:
    limit_charges()
    waiting = charge_over(StaffFactory(agent=True)).order
    OrderFactory(reserved=True)
    assert found(supervisor, status=history.WAITING) == [waiting]
    with django_assert_num_queries(3):
        rows = history.page(HistoryFilters(), supervisor).rows
    assert [row.order.waits for row in rows] == [False, True]
