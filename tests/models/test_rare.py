"""Rows of which there are nearly always none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.models import Order
from orders.models.rare import rare
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db


def test_what_is_there_is_given() -> None:
    first, second = OrderFactory(), OrderFactory()
    assert rare(Order.objects.order_by("-id")) == [second, first]


def test_where_there_is_none_no_row_is_read() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert rare(Order.objects.all()) == []
    assert ["amount_minor" in query["sql"] for query in queries] == [False]
