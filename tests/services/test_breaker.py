"""A gateway that does not answer is left alone for a growing while, then asked one question: by all
processes of the office together.
"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Breaker, Operation
from orders.services import breaker
from orders.services.breaker import FIRST_PAUSE_S, LONGEST_PAUSE_S
from tests.factories import OperationFactory
from tests.together import together

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Time:
    """The office's clock, set by hand, in seconds from the start of the test."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.now_s)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(clock, "now", time)
    return time


@pytest.fixture(autouse=True)
def _three_are_enough(settings: Settings) -> None:
    settings.RESOLVE_BREAKER_AFTER = 3


@pytest.fixture
def _open(time: Time) -> None:
    silences(3)


def silences(count: int) -> None:
    for _each in range(count):
        breaker.heard(answered=False, reason="timeout")


def test_answers_leave_it_closed() -> None:
    breaker.heard(answered=True)
    assert not breaker.is_away()


def test_silences_in_a_row_open_it() -> None:
    silences(2)
    assert not breaker.is_away()
    silences(1)
    assert breaker.is_away()
    assert Breaker.objects.get().reason == "timeout"


def test_an_answer_between_silences_begins_the_count_again() -> None:
    silences(2)
    breaker.heard(answered=True)
    silences(2)
    assert not breaker.is_away()


def test_a_request_that_was_never_tried_says_nothing() -> None:
    silences(2)
    breaker.heard(answered=None)
    assert Breaker.objects.get().failures == 2


def test_an_answer_in_good_times_reads_one_row_and_writes_none(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    breaker.heard(answered=True)
    with django_assert_num_queries(1) as asked:
        breaker.heard(answered=True)
    assert asked.captured_queries[0]["sql"].startswith("SELECT")
    assert not Breaker.objects.exists()


@pytest.mark.usefixtures("_open")
def test_nobody_finds_out_before_the_pause_is_over(time: Time) -> None:
    time.now_s = FIRST_PAUSE_S - 0.1
    assert breaker.claim_probe() is None
    time.now_s = FIRST_PAUSE_S
    assert breaker.claim_probe()


@pytest.mark.usefixtures("_open")
def test_only_one_finds_out_at_a_time(time: Time) -> None:
    time.now_s = FIRST_PAUSE_S
    assert breaker.claim_probe()
    assert breaker.claim_probe() is None
    time.now_s += 40
    assert breaker.claim_probe() is None


@pytest.mark.usefixtures("_open")
def test_a_question_that_died_with_its_process_is_asked_by_another(time: Time) -> None:
    time.now_s = FIRST_PAUSE_S
    assert breaker.claim_probe()
    time.now_s += 46
    assert breaker.claim_probe()


@pytest.mark.usefixtures("_open")
def test_fault_71_a_clock_that_is_set_back_makes_no_pause_longer(time: Time) -> None:
    time.now_s = -3600
    assert breaker.claim_probe()
    assert breaker.claim_probe() is None


@pytest.mark.usefixtures("_open")
def test_the_pause_grows_up_to_a_limit(time: Time) -> None:
    pauses = []
    for _each in range(7):
        began = time.now_s
        while not (probe := breaker.claim_probe()):
            time.now_s += 1
        pauses.append(time.now_s - began)
        breaker.heard(answered=False, probe=probe)
    assert pauses == [2, 4, 8, 16, 30, 30, LONGEST_PAUSE_S]
    assert Breaker.objects.get().probes == 7


@pytest.mark.usefixtures("_open")
def test_questions_still_under_way_do_not_make_the_pause_longer(time: Time) -> None:
    silences(5)
    time.now_s = FIRST_PAUSE_S
    assert breaker.claim_probe()
    silences(5)
    assert breaker.claim_probe() is None


@pytest.mark.usefixtures("_open")
def test_any_answer_ends_it_and_makes_everything_unknown_due(time: Time) -> None:
    later = clock.now() + timedelta(hours=6)
    unknown = OperationFactory(unknown=True, next_check_at=later)
    looked_at = OperationFactory(declined=True, status="not_charged", next_check_at=later)
    breaker.heard(answered=True)
    assert not breaker.is_away()
    assert breaker.claim_probe() is None
    due = dict(Operation.objects.values_list("pk", "next_check_at"))
    assert due == {unknown.pk: clock.now(), looked_at.pk: later}


def test_each_pause_begins_short_again(time: Time) -> None:
    silences(3)
    time.now_s = 100
    breaker.heard(answered=False, probe=breaker.claim_probe())
    breaker.heard(answered=True)
    silences(3)
    time.now_s += FIRST_PAUSE_S
    assert breaker.claim_probe()


@pytest.mark.parametrize("answered", [True, False])
def test_a_database_that_is_away_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, answered: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_given: object, **_named: object) -> None:
        raise OperationalError

    monkeypatch.setattr(Breaker.objects, "filter", away)
    breaker.heard(answered=answered)
    assert not breaker.is_away()
    assert "cannot be written" in caplog.text
    assert "cannot be read" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_is_never_written_in_a_transaction_of_somebody_else() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        silences(1)


class TestFigures:
    def test_all_is_well(self) -> None:
        assert set(breaker.figures().values()) == {0}

    @pytest.mark.usefixtures("_open")
    def test_a_gateway_that_is_away_is_counted(self, time: Time) -> None:
        time.now_s = 90
        breaker.claim_probe()
        figures = breaker.figures()
        assert figures["motooffice_gateway_away"] == 1
        assert figures["motooffice_gateway_away_seconds"] == 90
        assert figures["motooffice_gateway_silences"] == 3
        assert figures["motooffice_gateway_probes"] == 1
        assert figures["motooffice_account_refused"] == 0


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """Several processes, here threads with a connection each."""

    def test_every_silence_of_every_process_counts(self, settings: Settings) -> None:
        settings.RESOLVE_BREAKER_AFTER = 8
        came = together(*[lambda: silences(1)] * 8)
        assert came == [None] * 8
        assert Breaker.objects.get().failures == 8
        assert breaker.is_away()

    def test_fault_73_any_number_of_resolvers_send_one_question_a_pause(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        silences(3)
        Breaker.objects.update(try_at=clock.now() - timedelta(seconds=1))
        all_have_read, atomic = threading.Barrier(8), transaction.atomic

        def at_the_same_moment(**given: bool) -> object:
            all_have_read.wait()
            return atomic(**given)

        monkeypatch.setattr(transaction, "atomic", at_the_same_moment)
        marks = together(*[breaker.claim_probe] * 8)
        assert len([mark for mark in marks if mark]) == 1
        assert Breaker.objects.get().probes == 1


ACTS = st.lists(
    st.one_of(
        st.sampled_from(["answer", "silence", "silence", "probe", "probe fails", "never tried"]),
        st.floats(0.5, 40),
    ),
    max_size=40,
)


@given(acts=ACTS)
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_it_is_open_after_silences_alone_and_one_asks(
    time: Time, acts: list[str | float]
) -> None:
    Breaker.objects.all().delete()
    in_a_row, probe, asked_at = 0, None, None
    for act in acts:
        if isinstance(act, float):
            time.now_s += act
        elif act == "probe":
            found = breaker.claim_probe()
            if found:
                assert in_a_row >= 3
                assert asked_at is None or time.now_s - asked_at >= FIRST_PAUSE_S
                probe, asked_at = found, time.now_s
        elif act == "probe fails":
            breaker.heard(answered=False if probe else None, probe=probe)
            probe = None
        else:
            answered = {"answer": True, "silence": False}.get(act)
            breaker.heard(answered=answered)
            in_a_row = {True: 0, False: in_a_row + 1, None: in_a_row}[answered]
            if answered:
                probe = asked_at = None
        assert breaker.is_away() == (in_a_row >= 3)
        pauses = Breaker.objects.exclude(try_at=None).values_list("pause_s", flat=True)
        assert all(FIRST_PAUSE_S < pause_s <= LONGEST_PAUSE_S for pause_s in pauses)
