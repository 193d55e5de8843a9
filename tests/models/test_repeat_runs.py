"""What the database itself holds of repeat runs."""

import pytest

from orders.models import RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from tests.factories import ConsentFactory, OrderFactory, StaffFactory
from tests.models.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Staff:
    return StaffFactory(clerk=True)


def row(staff: Staff, line: int = 2, **columns: object) -> RepeatItem:
    """A waiting row of a run of its own."""
    given = {"reference": "SUB-1", "amount_minor": 12_500, "state": ItemState.WAITING} | columns
    return RepeatItem.objects.create(
        run=RepeatRun.objects.create(name="a.csv", made_by=staff),
        line=line,
        card=ConsentFactory(starts_itself=True).card,
        currency="KWD",
        **given,
    )


def test_no_two_rows_that_may_be_charged_have_one_reference(staff: Staff) -> None:
    row(staff)
    row(staff, state=ItemState.DRAFT)
    row(staff, state=ItemState.REFUSED)
    with refused("one_repeat_item_per_reference", "repeatitem.reference"):
        row(staff)


def test_a_row_has_its_order_exactly_when_it_was_taken(staff: Staff) -> None:
    item = row(staff)
    with refused("taken_repeat_item_has_its_order"):
        RepeatItem.objects.filter(pk=item.pk).update(state=ItemState.TAKEN)
    with refused("taken_repeat_item_has_its_order"):
        RepeatItem.objects.filter(pk=item.pk).update(order=OrderFactory())


def test_no_two_rows_have_one_order(staff: Staff) -> None:
    order = OrderFactory()
    row(staff, state=ItemState.TAKEN, order=order)
    with refused("order_id"):
        row(staff, reference="SUB-2", state=ItemState.TAKEN, order=order)


@pytest.mark.parametrize("columns", [{"reference": ""}, {"amount_minor": 0}])
def test_a_row_says_what_and_how_much(staff: Staff, columns: dict[str, object]) -> None:
    with refused("repeat_item_says_what_and_how_much"):
        row(staff, **columns)


def test_nobody_starts_and_approves_the_same_run(staff: Staff) -> None:
    run = row(staff).run
    with refused("repeat_run_is_started_by_somebody"):
        RepeatRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    with refused("repeat_run_is_approved_by_another"):
        RepeatRun.objects.filter(pk=run.pk).update(started_by=staff, approver=staff)
