"""Charges of all runs and processes leave one after the other, at one pace."""

from datetime import timedelta
from itertools import pairwise

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Pace, RepeatRun, Staff
from orders.services import repeat_pace
from orders.services.repeat_claims import claim
from tests.factories import ConsentFactory
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)
EACH = timedelta(seconds=0.1)


@pytest.fixture(autouse=True)
def _ten_a_second(settings: Settings) -> None:
    settings.REPEAT_RATE = 10.0


@pytest.fixture
def run(supervisor: Staff) -> RepeatRun:
    cards = [ConsentFactory(starts_itself=True).card for _number in range(12)]
    return repeat.started(supervisor, repeat.sheet(cards))


def test_moments_of_one_claim_follow_those_of_another(run: RepeatRun) -> None:
    with clock.at(clock.now()):
        given = [moment for _two in range(2) for _item, moment in claim(run, 3).rows]
    assert [later - earlier for earlier, later in pairwise(given)] == [EACH] * 5


def test_nothing_is_claimed_that_may_not_leave_within_a_second(run: RepeatRun) -> None:
    with clock.at(clock.now()):
        first, second = claim(run, 50), claim(run, 50)
    assert (len(first.rows), len(second.rows), second.is_more) == (10, 0, True)


def test_a_moment_that_nobody_used_is_not_made_up_for(run: RepeatRun) -> None:
    claim(run, 1)
    later = clock.now() + timedelta(minutes=1)
    with clock.at(later):
        [(_item, first), (_other, second)] = claim(run, 2).rows
    assert (first, second) == (later, later + EACH)


def test_a_clock_set_back_does_not_stop_the_run(run: RepeatRun) -> None:
    Pace.objects.create(name=repeat_pace.NAME, next_at=clock.now() + timedelta(hours=1))
    assert len(claim(run, 2).rows) == 2


def test_a_single_charge_waits_for_its_turn() -> None:
    begun = clock.now()
    for _number in range(3):
        repeat_pace.wait_for_turn()
    assert clock.now() - begun >= 2 * EACH
