"""Rows are claimed in the order of the file, each by one process; a run ends when all is said."""

from datetime import timedelta

import pytest

from orders import clock
from orders.models import Event, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.services import repeat_runs
from orders.services.repeat_claims import claim, end
from tests.factories import ConsentFactory, OperationFactory
from tests.services import repeat
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(supervisor: Staff) -> RepeatRun:
    cards = [ConsentFactory(starts_itself=True).card for _number in range(6)]
    return repeat.started(supervisor, repeat.sheet(cards))


def lines(run: RepeatRun, most: int) -> list[int]:
    return [item.line for item, _moment in claim(run, most).rows]


def test_rows_are_claimed_in_the_order_of_the_file(run: RepeatRun) -> None:
    assert lines(run, 4) == [2, 3, 4, 5]
    assert lines(run, 4) == [6, 7]
    assert not claim(run, 4).is_more


def test_of_processes_that_claim_at_once_each_has_rows_of_its_own(run: RepeatRun) -> None:
    found = together(*[lambda: lines(run, 2)] * 3)
    assert sorted(line for some in found for line in some) == [2, 3, 4, 5, 6, 7]  # type: ignore[attr-defined]


def test_a_claim_is_free_again_when_its_time_is_over(run: RepeatRun) -> None:
    claim(run, 6)
    with clock.at(clock.now() + timedelta(minutes=5)):
        assert lines(run, 1) == [2]


def test_of_a_paused_run_nothing_is_claimed(run: RepeatRun, supervisor: Staff) -> None:
    repeat_runs.pause(actor=supervisor, run=run)
    assert lines(run, 1) == []


def test_it_does_not_end_while_a_row_waits(run: RepeatRun) -> None:
    assert not end(run)


@pytest.mark.parametrize(("seconds", "has_ended"), [(30, False), (-1, True)])
def test_it_ends_once_no_charge_can_be_on_the_wire_any_more(
    run: RepeatRun, seconds: int, has_ended: bool
) -> None:
    operation = OperationFactory(sent=True, next_check_at=clock.now() + timedelta(seconds=seconds))
    run.items.exclude(line=2).update(state=ItemState.REFUSED)
    run.items.filter(line=2).update(state=ItemState.TAKEN, order=operation.order)
    assert end(run) is has_ended
    run.refresh_from_db()
    assert (run.state == RunState.ENDED) is has_ended
    assert Event.objects.filter(kind="repeat_run_ended").count() == has_ended
    assert not (has_ended and end(run))
