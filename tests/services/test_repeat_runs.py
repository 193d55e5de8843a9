"""Who may start, approve, pause, resume, stop and drop a repeat run, and what each act leaves."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group

from orders import origin
from orders.errors import Conflict, Refused
from orders.models import Ceiling, Event, RepeatRun, Staff
from orders.origin import Origin
from orders.run_states import RUN_ARROWS, ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.services import repeat_runs
from orders.states import Act
from tests.factories import ConsentFactory, StaffFactory
from tests.services.repeat import HEAD, cards, made, sheet, started, worked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(db: None) -> Staff:
    return StaffFactory(clerk=True)


@pytest.fixture
def data(db: None) -> bytes:
    """A file of three rows that come to KWD 37.500."""
    return sheet(ConsentFactory(starts_itself=True).card for _number in range(3))


def ceiling(act: str, per_act_minor: int | None, per_day_minor: int | None = None) -> None:
    Ceiling.objects.create(
        group=Group.objects.get(name="clerk"),
        currency="KWD",
        act=act,
        per_act_minor=per_act_minor,
        per_day_minor=per_day_minor,
    )


@contextmanager
def refused_as(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as refused:
        yield
    assert refused.value.code == code


def told(kind: str) -> Event:
    return Event.objects.get(kind=kind)


def test_a_started_run_holds_its_references(clerk: Staff, data: bytes) -> None:
    run = started(clerk, data)
    assert (run.state, run.started_by) == (RunState.RUNNING, clerk)
    assert set(run.items.values_list("state", flat=True)) == {ItemState.WAITING}
    event = told("repeat_run_started")
    assert (event.actor, event.data["run"]) == (clerk, run.number)
    assert (event.data["rows"], event.data["sums"]) == (3, {"KWD": 37_500})


def test_of_two_runs_of_one_file_only_one_starts(clerk: Staff, data: bytes) -> None:
    first, second = made(clerk, data), made(clerk, data)
    repeat_runs.start(actor=clerk, run=first)
    with pytest.raises(Refused) as refused:
        repeat_runs.start(actor=clerk, run=second)
    assert first.number in str(refused.value)
    second.refresh_from_db()
    assert second.state == RunState.DRAFT
    assert set(second.items.values_list("state", flat=True)) == {ItemState.DRAFT}


def test_a_run_without_a_good_row_does_not_start(clerk: Staff) -> None:
    run = made(clerk, f"{HEAD}\n1,x,KWD,SUB-1,".encode())
    with refused_as("nothing_to_charge"):
        repeat_runs.start(actor=clerk, run=run)


@pytest.mark.parametrize(
    ("act", "at_once", "a_day"),
    [
        (Act.REPEAT, 37_000, None),
        (Act.REPEAT, None, 37_000),
        (Act.CHARGE, 12_000, None),
    ],
)
def test_over_a_ceiling_it_waits_for_a_second_person(
    clerk: Staff, supervisor: Staff, data: bytes, act: str, at_once: int | None, a_day: int | None
) -> None:
    ceiling(act, at_once, a_day)
    run = started(clerk, data)
    assert run.state == RunState.ASKED
    assert set(run.items.values_list("state", flat=True)) == {ItemState.DRAFT}
    run = repeat_runs.approve(actor=supervisor, run=run)
    assert (run.state, run.started_by, run.approver) == (RunState.RUNNING, clerk, supervisor)
    assert told("repeat_run_asked").actor == clerk
    assert told("repeat_run_approved").actor == supervisor


def test_up_to_the_ceiling_it_starts(clerk: Staff, data: bytes) -> None:
    ceiling(Act.REPEAT, 37_500, 37_500)
    assert started(clerk, data).state == RunState.RUNNING


def test_the_ceiling_of_a_day_counts_the_runs_before(clerk: Staff, data: bytes) -> None:
    ceiling(Act.REPEAT, None, 37_500)
    started(clerk, data)
    card = ConsentFactory(starts_itself=True).card
    assert started(clerk, sheet([card], begins=9), "more.csv").state == RunState.ASKED


def test_nobody_approves_their_own_run(supervisor: Staff, data: bytes) -> None:
    Ceiling.objects.create(
        group=Group.objects.get(name="supervisor"), currency="KWD", act="repeat", per_act_minor=0
    )
    run = started(supervisor, data)
    with refused_as("not_by_you"):
        repeat_runs.approve(actor=supervisor, run=run)
    other = StaffFactory(supervisor=True)
    run = made(other, sheet([ConsentFactory(starts_itself=True).card], begins=9))
    run = repeat_runs.start(actor=supervisor, run=run)
    with refused_as("not_by_you"):
        repeat_runs.approve(actor=other, run=run)  # who made the file


def test_nobody_approves_in_the_session_it_was_asked_for_in(
    clerk: Staff, supervisor: Staff, data: bytes
) -> None:
    ceiling(Act.REPEAT, 0)
    origin.set_current(Origin(session="abc"))
    try:
        run = started(clerk, data)
        with refused_as("not_by_you"):
            repeat_runs.approve(actor=supervisor, run=run)
    finally:
        origin.set_current(Origin())


def test_what_the_asker_may_not_start_any_more_is_not_approved(
    clerk: Staff, supervisor: Staff, data: bytes
) -> None:
    ceiling(Act.REPEAT, 0)
    run = started(clerk, data)
    clerk.groups.clear()
    with refused_as("asker_may_not"):
        repeat_runs.approve(actor=supervisor, run=run)


@pytest.mark.parametrize("by_asker", [True, False])
def test_a_refused_run_is_not_started_and_may_be_again(
    clerk: Staff, supervisor: Staff, data: bytes, by_asker: bool
) -> None:
    ceiling(Act.REPEAT, 0)
    run = started(clerk, data)
    who = clerk if by_asker else supervisor
    run = repeat_runs.refuse(actor=who, run=run, reason="Wrong month")
    assert run.state == RunState.DRAFT
    assert told("repeat_run_refused").reason == "Wrong month"
    assert repeat_runs.start(actor=clerk, run=run).state == RunState.ASKED


def test_pause_resume_and_stop_are_told_with_who_did_it(clerk: Staff, data: bytes) -> None:
    run = started(clerk, data)
    run = repeat_runs.pause(actor=clerk, run=run)
    assert (run.state, run.due_at) == (RunState.PAUSED, None)
    run = repeat_runs.resume(actor=clerk, run=run)
    assert run.state == RunState.RUNNING
    assert run.due_at
    run = repeat_runs.stop(actor=clerk, run=run)
    assert set(run.items.values_list("state", flat=True)) == {ItemState.LEFT_OUT}
    for kind in ("paused", "resumed", "stopped"):
        assert told(f"repeat_run_{kind}").actor == clerk


def test_what_was_left_out_may_go_into_another_run(clerk: Staff, data: bytes) -> None:
    repeat_runs.stop(actor=clerk, run=started(clerk, data))
    assert made(clerk, data).faults == []


def test_a_run_that_ended_moves_no_more(clerk: Staff, gateway: Sandbox, data: bytes) -> None:
    run = RepeatRun.objects.get(pk=started(clerk, data).pk)
    repeat_runs.stop(actor=clerk, run=run)
    acts = (repeat_runs.start, repeat_runs.resume, repeat_runs.pause, repeat_runs.stop)
    for act in (*acts, repeat_runs.drop):
        with pytest.raises(Refused):
            act(actor=clerk, run=run)
    assert RUN_ARROWS[RunState.STOPPED] == frozenset()


def test_only_who_holds_the_right_touches_a_run(clerk: Staff, agent: Staff, data: bytes) -> None:
    run = started(clerk, data)
    for act in (repeat_runs.pause, repeat_runs.stop, repeat_runs.drop, repeat_runs.start):
        with refused_as("not_permitted"):
            act(actor=agent, run=run)
    with refused_as("not_permitted"):
        repeat_runs.approve(actor=clerk, run=run)


def test_somebody_who_was_quicker_is_a_conflict(clerk: Staff, data: bytes) -> None:
    run = made(clerk, data)
    repeat_runs.drop(actor=clerk, run=run)
    with pytest.raises(Conflict):
        repeat_runs.start(actor=clerk, run=run)


def test_somebody_locked_out_of_charging_starts_none(
    clerk: Staff, supervisor: Staff, data: bytes
) -> None:
    run = made(clerk, data)
    clerk.charging_locked_at = run.made_at
    clerk.save(update_fields=["charging_locked_at"])
    with refused_as("person_locked"):
        repeat_runs.start(actor=clerk, run=run)
    assert worked(run).state == RunState.DRAFT


def test_what_looks_like_another_charge_is_held_to_the_ceiling_of_overrides(
    clerk: Staff, gateway: Sandbox
) -> None:
    ceiling(Act.OVERRIDE, per_act_minor=0)
    [card, other] = cards(gateway, 2)
    worked(started(clerk, sheet([card])))
    run = repeat_runs.start(
        actor=clerk, run=made(clerk, sheet([card, other], begins=5)), alike_reason="As agreed"
    )
    assert run.state == RunState.ASKED
    assert told("repeat_run_asked").data["over"][0] == Act.OVERRIDE


def test_without_a_reason_nothing_is_overridden(clerk: Staff, gateway: Sandbox) -> None:
    ceiling(Act.OVERRIDE, per_act_minor=0)
    [card, other] = cards(gateway, 2)
    worked(started(clerk, sheet([card])))
    run = repeat_runs.start(actor=clerk, run=made(clerk, sheet([card, other], begins=5)))
    assert run.state == RunState.RUNNING


def test_somebody_locked_out_of_charging_goes_on_with_none(clerk: Staff, data: bytes) -> None:
    run = repeat_runs.pause(actor=clerk, run=started(clerk, data))
    clerk.charging_locked_at = run.made_at
    clerk.save(update_fields=["charging_locked_at"])
    with refused_as("person_locked"):
        repeat_runs.resume(actor=clerk, run=run)


def test_the_run_of_somebody_locked_out_meanwhile_is_not_approved(
    clerk: Staff, supervisor: Staff, data: bytes
) -> None:
    ceiling(Act.REPEAT, per_act_minor=0)
    run = started(clerk, data)
    clerk.charging_locked_at = run.made_at
    clerk.save(update_fields=["charging_locked_at"])
    with refused_as("person_locked"):
        repeat_runs.approve(actor=supervisor, run=run)


def test_only_who_asked_takes_a_run_back(clerk: Staff, supervisor: Staff, data: bytes) -> None:
    ceiling(Act.REPEAT, per_act_minor=0)
    run = started(clerk, data)
    with refused_as("not_yours"):
        repeat_runs.take_back(actor=supervisor, run=run)
    assert repeat_runs.take_back(actor=clerk, run=run).state == RunState.DRAFT
