"""When the office asks: densely at first, ever more rarely, never all at once."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Operation
from orders.services import schedule
from tests.factories import OperationFactory

HOUR, DAY = 3600, 86_400
pytestmark = pytest.mark.django_db


def sent_ago(seconds: float) -> Operation:
    """An unknown charge whose request's time was over that many seconds ago, and is due."""
    sent = clock.now() - timedelta(seconds=seconds + 40)
    return OperationFactory(unknown=True, submitted_at=sent, next_check_at=clock.now())


def next_s(after_s: float) -> float:
    """The next question in seconds from the end of the request's own time."""
    operation = sent_ago(after_s)
    with clock.at(operation.next_check_at):
        return (schedule.next_check(operation) - operation.submitted_at).total_seconds() - 40


@pytest.mark.parametrize(
    ("after_s", "planned_s"),
    [
        (-39, 5), (5, 15), (16, 30), (60, 120), (290, 300), (301, 600), (1800, HOUR),
        (HOUR, 2 * HOUR), (23 * HOUR, DAY), (DAY, DAY + 6 * HOUR), (29.9 * DAY, 30 * DAY),
    ],
)  # fmt: skip
def test_questions_come_further_and_further_apart(
    settings: Settings, after_s: float, planned_s: float
) -> None:
    settings.RESOLVE_JITTER = 0
    assert next_s(after_s) == pytest.approx(planned_s)


def test_an_old_question_is_asked_once_a_day_for_ever() -> None:
    assert next_s(40 * DAY) == pytest.approx(41 * DAY)


@pytest.mark.parametrize(("luck", "wanted_s"), [(-1, 7_200 - 720), (0, 7_200), (1, 7_200 + 720)])
def test_chance_moves_a_question_by_a_fifth_of_the_wait(
    monkeypatch: pytest.MonkeyPatch, luck: int, wanted_s: float
) -> None:
    class Chance:
        def uniform(self, least: float, most: float) -> float:
            return most if luck > 0 else least if luck else 0

    monkeypatch.setattr(schedule, "chance", Chance())
    assert next_s(HOUR) == pytest.approx(wanted_s)


def test_a_question_asked_early_is_not_asked_once_more_on_time() -> None:
    assert next_s(300 - 30) >= 600 - 60


def test_a_question_that_is_still_to_come_stays_where_it_is() -> None:
    operation = sent_ago(100)
    operation.next_check_at = clock.now() + timedelta(seconds=3)
    assert schedule.next_check(operation) == operation.next_check_at


def test_no_question_comes_just_before_absence_can_be_believed() -> None:
    assert all(next_s(700) >= 860 for _each in range(50))


@pytest.mark.parametrize(
    ("after_s", "planned_s"),
    [(0, HOUR), (HOUR, 6 * HOUR), (7 * HOUR, DAY), (DAY, 3 * DAY), (30 * HOUR, 3 * DAY)],
)
def test_what_seemed_not_to_happen_is_looked_at_again(
    settings: Settings, after_s: float, planned_s: float
) -> None:
    settings.RESOLVE_JITTER = 0
    settled_at = clock.now()
    with clock.at(settled_at + timedelta(seconds=after_s)):
        assert schedule.next_look(settled_at) == settled_at + timedelta(seconds=planned_s)


def test_after_three_days_it_is_left_alone() -> None:
    assert schedule.next_look(clock.now() - timedelta(days=3)) is None
