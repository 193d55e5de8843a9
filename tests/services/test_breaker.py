"""A gateway that does not answer is left alone for a growing while, then asked one question."""

import pytest

from orders.services.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S, Breaker


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    """One that has just opened."""
    breaker = Breaker(3, now=clock)
    for _each in range(3):
        breaker.heard(answered=False)
    return breaker


def test_answers_leave_all_the_room_there_is() -> None:
    breaker = Breaker(3)
    assert not breaker.heard(answered=True)
    assert breaker.room(8) == 8


def test_an_answer_between_silences_begins_the_count_again() -> None:
    breaker = Breaker(3)
    for answered in (False, False, True, False, False):
        breaker.heard(answered=answered)
    assert breaker.room(8) == 8


def test_silences_in_a_row_stop_the_asking(breaker: Breaker) -> None:
    assert (breaker.is_open, breaker.room(8)) == (True, 0)


def test_after_the_pause_one_question_finds_out(breaker: Breaker, clock: Clock) -> None:
    clock.now_s = FIRST_PAUSE_S
    assert breaker.room(8) == 1


def test_the_pause_grows_up_to_a_limit(breaker: Breaker, clock: Clock) -> None:
    pauses = []
    for _each in range(7):
        began = clock.now_s
        while not breaker.room(1):
            clock.now_s += 1
        pauses.append(clock.now_s - began)
        breaker.heard(answered=False)
    assert pauses == [2, 4, 8, 16, 30, 30, LONGEST_PAUSE_S]


def test_questions_still_under_way_do_not_make_the_pause_longer(
    breaker: Breaker, clock: Clock
) -> None:
    for _each in range(5):
        breaker.heard(answered=False)
    clock.now_s = FIRST_PAUSE_S
    assert breaker.room(1) == 1


def test_the_first_answer_says_that_the_gateway_is_back(breaker: Breaker) -> None:
    assert breaker.heard(answered=True)
    assert not breaker.heard(answered=True)
    assert breaker.room(8) == 8
