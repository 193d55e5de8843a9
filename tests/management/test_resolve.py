"""The loop around a round; what a round does is tested in services/test_resolve.py."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from orders import clock
from orders.models import Operation
from orders.states import Status
from tests.factories import OperationFactory


@pytest.fixture
def unfinished(db: None) -> Operation:
    """A form nobody finished in time."""
    return OperationFactory(created_at=clock.now() - timedelta(hours=1))


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """A loop that nothing ends is a failure, not a wait for ever."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(120)
    yield
    signal.alarm(0)
    for number, handler in before.items():
        signal.signal(number, handler)


def listening(acts: list[Callable[[], None]]) -> Callable[..., object]:
    """Do the next of the acts when a round looks for unfinished forms; afterwards let all pass."""

    def listen(run: Callable[..., object], sql: str, values: object, *given: object) -> object:
        if acts and '"created_at" <' in sql:
            acts.pop(0)()
        return run(sql, values, *given)

    return listen


def end(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


def away() -> None:
    raise OperationalError("the server closed the connection")


def test_once_is_one_round(unfinished: Operation, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("resolve", "--once")
    assert capsys.readouterr().out == "1 rows worked on\n"
    unfinished.refresh_from_db()
    assert unfinished.status == Status.EXPIRED


def test_a_round_with_nothing_due_works_on_nothing(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    OperationFactory()
    call_command("resolve", "--once")
    assert capsys.readouterr().out == "0 rows worked on\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_finishes_its_round_and_ends(
    transactional_db: None, unfinished: Operation, number: int
) -> None:
    with connection.execute_wrapper(listening([lambda: end(number)])):
        call_command("resolve")
    unfinished.refresh_from_db()
    assert unfinished.status == Status.EXPIRED


def test_it_goes_on_round_after_round(transactional_db: None) -> None:
    acts: list[Callable[[], None]] = [*[lambda: None] * 3, end]
    with connection.execute_wrapper(listening(acts)):
        call_command("resolve", "--pause", "0")
    assert acts == []


def test_a_database_that_is_away_does_not_end_it(
    transactional_db: None, unfinished: Operation, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.execute_wrapper(listening([away, away, end])):
        call_command("resolve", "--pause", "0")
    assert capsys.readouterr().err == "the database is away: OperationalError\n" * 2
    unfinished.refresh_from_db()
    assert unfinished.status == Status.EXPIRED
