"""Rows of a table of orders."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from orders import clock
from orders.models import Order
from orders.sandbox.server import Sandbox
from orders.services.history import rows_of
from orders.views.order_rows import order_rows
from tests.factories import OrderFactory, StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges

pytestmark = pytest.mark.django_db

DUBAI = ZoneInfo("Asia/Dubai")


def row_of(order: Order, **options: bool) -> str:
    with clock.at(datetime(2026, 11, 22, 12, tzinfo=DUBAI)):
        return order_rows(rows_of([order.pk]), **options)


def test_the_time_is_the_offices_own() -> None:
    order = OrderFactory(taken_at=datetime(2026, 11, 22, 0, 39, tzinfo=DUBAI))
    assert (
        '<time datetime="2026-11-22T00:39+04:00">22 Nov<span class="row-note">00:39</span></time>'
        in row_of(order)
    )


def test_an_order_of_another_year_shows_the_year() -> None:
    order = OrderFactory(taken_at=datetime(2025, 1, 2, 10, tzinfo=DUBAI))
    assert ">2 Jan 2025<" in row_of(order)


def test_what_is_not_there_is_a_dash() -> None:
    order = OrderFactory(reference="", taken_by=None)
    assert row_of(order).count("—") == 3


def test_a_customers_own_page_does_not_repeat_the_customer() -> None:
    order = OrderFactory(customer__name="Aisha Rahman")
    assert "Aisha Rahman" not in row_of(order, with_customer=False)


def test_an_order_of_which_something_waits_for_approval_says_so(gateway: Sandbox) -> None:
    limit_charges()
    assert "Waiting for approval" in row_of(charge_over(StaffFactory(agent=True)).order)
    assert "Waiting for approval" not in row_of(OrderFactory(reserved=True))
