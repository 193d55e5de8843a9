"""What came of a row is what its order says now."""

import pytest

from orders.models import RepeatRun, Staff
from orders.run_states import ItemState, Outcome
from orders.services.repeat_counts import progress
from tests.factories import ConsentFactory, OrderFactory
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(supervisor: Staff) -> RepeatRun:
    cards = [ConsentFactory(starts_itself=True).card for _number in range(2)]
    return repeat.started(supervisor, repeat.sheet(cards))


@pytest.mark.parametrize(
    ("state", "outcome", "done"),
    [
        ("charged", Outcome.CHARGED, 1),
        ("paid", Outcome.CHARGED, 1),
        ("refunded", Outcome.CHARGED, 1),
        ("declined", Outcome.DECLINED, 1),
        ("unknown", Outcome.UNKNOWN, 0),
        ("paid_outside", Outcome.NOT_CHARGED, 1),
    ],
)
def test_a_row_counts_as_its_order_stands(
    run: RepeatRun, state: str, outcome: Outcome, done: int
) -> None:
    order = OrderFactory(**{state: True})
    run.items.filter(line=2).update(state=ItemState.TAKEN, order=order)
    found = progress(run)
    assert found.counts[outcome] == 1
    assert found.counts[Outcome.WAITING] == 1
    assert (found.rows, found.done, found.percent) == (2, done, 50 * done)
    assert found.sums == {"KWD": 25_000}
    assert found.charged == {"KWD": 12_500 if outcome == Outcome.CHARGED else 0}


@pytest.mark.parametrize(
    ("state", "outcome"),
    [(ItemState.REFUSED, Outcome.REFUSED), (ItemState.LEFT_OUT, Outcome.LEFT_OUT)],
)
def test_a_row_without_an_order_counts_as_it_stands(
    run: RepeatRun, state: str, outcome: Outcome
) -> None:
    run.items.update(state=state)
    found = progress(run)
    assert (found.counts[outcome], found.percent) == (2, 100)


def test_a_run_without_rows_is_done(run: RepeatRun) -> None:
    run.items.all().delete()
    assert progress(run).percent == 100
