"""The results are a table with a line for every row of the file."""

import csv
import io

import pytest

from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from tests.factories import StaffFactory
from tests.services import repeat
from tests.views.order_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def test_every_row_has_its_line_faulty_ones_included(clerk: Staff, gateway: Sandbox) -> None:
    first, second = repeat.cards(gateway, 2)
    rows = [
        f"{first.pk},12.500,KWD,SUB-1,",
        f"{first.pk},x,KWD,SUB-2,",
        f"{second.pk},12.820,KWD,=SUB-3,",
    ]
    run = repeat.worked(repeat.started(clerk, "\n".join([repeat.HEAD, *rows]).encode()))
    answer = signed_in(clerk).get(f"/repeat/{run.pk}/results/")
    assert answer["Content-Disposition"] == f'attachment; filename="{run.number}.csv"'
    text = answer.getvalue().decode("utf-8-sig")
    told = list(csv.DictReader(io.StringIO(text)))
    assert [(one["line"], one["outcome"]) for one in told] == [
        ("2", "charged"),
        ("3", "faulty"),
        ("4", "declined"),
    ]
    order = Order.objects.get(reference="SUB-1")
    charged, _faulty, declined = told
    assert (charged["order"], charged["fort_id"]) == (
        order.number,
        order.operations.get().fort_id,
    )
    assert (charged["customer"], charged["amount"]) == (first.customer.number, "12.500")
    assert declined["reference"] == "'=SUB-3"
    assert declined["response_code"] == "13666"
