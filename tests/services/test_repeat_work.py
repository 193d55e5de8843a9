"""Rows of a running repeat run are charged, each once, whoever works on it and whatever happens."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django_tasks_db.models import DBTaskResult
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Breaker, Event, Operation, Order, RepeatItem, RepeatRun, Staff
from orders.models.breakers import SILENCE
from orders.run_states import ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.services import ceilings, repeat_claims, repeat_runs, repeat_work
from orders.services.background import Background
from orders.services.repeat_hand import Hand
from orders.states import Act, Source, Status
from tests.services import repeat
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_a_hurry(settings: Settings) -> None:
    settings.REPEAT_RATE = 1000.0


def test_every_row_is_charged_once_and_the_run_ends(supervisor: Staff, gateway: Sandbox) -> None:
    cards = repeat.cards(gateway, 12)
    run = repeat.worked(repeat.started(supervisor, repeat.sheet(cards)))
    assert run.state == RunState.ENDED
    assert repeat.statuses(run) == [Status.APPROVED] * 12
    assert len(set(repeat.charged(gateway))) == len(repeat.charged(gateway)) == 12
    order = Order.objects.get(reference="SUB-1")
    assert (order.source, order.customer, order.taken_by) == (
        Source.REPEAT,
        cards[0].customer,
        supervisor,
    )
    assert (order.amount_minor, order.currency, order.description) == (12_500, "KWD", "Tea")
    [asked, *_] = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    assert asked["parameters"]["eci"] == "RECURRING"


def test_what_a_run_charges_uses_up_nobodys_own_limits(supervisor: Staff, gateway: Sandbox) -> None:
    run = repeat.worked(repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 3))))
    assert {one.actor for one in Operation.objects.filter(order__repeat_item__run=run)} == {None}
    assert ceilings.moved_today(supervisor, Act.CHARGE, "KWD") == 0
    assert ceilings.moved_today(supervisor, Act.REPEAT, "KWD") == 3 * 12_500


def test_the_same_file_twice_charges_nobody_twice(supervisor: Staff, gateway: Sandbox) -> None:
    data = repeat.sheet(repeat.cards(gateway, 3))
    first = repeat.worked(repeat.started(supervisor, data))
    again = repeat.made(supervisor, data)
    assert not again.items.exists()
    assert again.faults[0] == [
        2,
        f"This reference was used in run {first.number} (november.csv), line 2.",
    ]
    assert len(repeat.charged(gateway)) == 3


def test_a_worker_takes_it_up_by_itself(supervisor: Staff, gateway: Sandbox) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 3)))
    assert Background().round() >= 1
    run.refresh_from_db()
    assert run.state == RunState.ENDED
    assert Event.objects.filter(kind="repeat_run_ended").count() == 1


def test_two_processes_at_once_charge_every_row_once(supervisor: Staff, gateway: Sandbox) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 20)))
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    together(lambda: repeat_work.work(found), lambda: repeat_work.work(found))
    references = repeat.charged(gateway)
    assert len(references) == len(set(references)) == 20
    assert repeat.statuses(run) == [Status.APPROVED] * 20


def test_a_decline_is_not_tried_again_and_stops_no_other_row(
    supervisor: Staff, gateway: Sandbox
) -> None:
    cards = repeat.cards(gateway, 3)
    rows = zip(cards, ("12.500", "12.820", "12.500"), strict=True)
    lines = [f"{card.pk},{amount},KWD,SUB-{card.pk},Tea" for card, amount in rows]
    run = repeat.worked(repeat.started(supervisor, "\n".join([repeat.HEAD, *lines]).encode()))
    assert run.state == RunState.ENDED
    assert repeat.statuses(run) == [Status.APPROVED, Status.DECLINED, Status.APPROVED]
    assert len(repeat.charged(gateway)) == 3


def test_what_is_not_known_goes_to_the_resolver_and_is_not_sent_again(
    supervisor: Staff, gateway: Sandbox
) -> None:
    [card] = repeat.cards(gateway, 1)
    run = repeat.worked(repeat.started(supervisor, repeat.sheet([card], amount="12.920")))
    [operation] = Operation.objects.all()
    assert (operation.status, operation.next_check_at is not None) == (Status.UNKNOWN, True)
    assert run.state == RunState.ENDED
    assert len(repeat.charged(gateway)) == 1


def test_a_row_refused_by_the_rules_is_not_sent_and_says_why(
    supervisor: Staff, gateway: Sandbox
) -> None:
    cards = repeat.cards(gateway, 2)
    run = repeat.started(supervisor, repeat.sheet(cards))
    cards[0].consent.__class__.objects.filter(card=cards[0]).update(purpose_code="orders")
    run = repeat.worked(run)
    refused, charged = run.items.order_by("line")
    assert (refused.state, charged.state) == (ItemState.REFUSED, ItemState.TAKEN)
    assert "does not cover this charge" in refused.problem
    assert run.state == RunState.ENDED


def test_rows_that_look_alike_are_charged_only_with_a_reason(
    supervisor: Staff, gateway: Sandbox
) -> None:
    [card] = repeat.cards(gateway, 1)
    run = repeat.worked(repeat.started(supervisor, repeat.sheet([card, card])))
    assert sorted(run.items.values_list("state", flat=True)) == [
        ItemState.REFUSED,
        ItemState.TAKEN,
    ]
    again = repeat.made(supervisor, repeat.sheet([card], begins=9))
    again = repeat_runs.start(actor=supervisor, run=again, alike_reason="Two subscriptions")
    assert repeat.statuses(repeat.worked(again)) == [Status.APPROVED]
    assert Operation.objects.latest("pk").reason == "Two subscriptions"


def test_a_reason_holds_for_what_the_dry_run_showed_and_for_nothing_since(
    supervisor: Staff, gateway: Sandbox
) -> None:
    [card, other] = repeat.cards(gateway, 2)
    repeat.worked(repeat.started(supervisor, repeat.sheet([card])))
    run = repeat.made(supervisor, repeat.sheet([card, other], begins=5))
    repeat.worked(repeat.started(supervisor, repeat.sheet([other], begins=9)))
    run = repeat_runs.start(actor=supervisor, run=run, alike_reason="As agreed")
    shown, since = repeat.worked(run).items.order_by("line")
    assert (shown.state, since.state) == (ItemState.TAKEN, ItemState.REFUSED)


def test_a_paused_run_begins_nothing_and_goes_on_where_it_was(
    supervisor: Staff, gateway: Sandbox
) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 3)))
    run = repeat_runs.pause(actor=supervisor, run=run)
    repeat_work.lend_a_hand.call(run.pk)
    assert repeat.charged(gateway) == []
    repeat_runs.resume(actor=supervisor, run=run)
    assert repeat.worked(run).state == RunState.ENDED
    assert len(repeat.charged(gateway)) == 3


def test_a_row_claimed_before_the_pause_is_not_charged_after_it(
    supervisor: Staff, gateway: Sandbox
) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 1)))
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    [(item, moment)] = repeat_claims.claim(found, 5).rows
    repeat_runs.pause(actor=supervisor, run=run)
    Hand(found)._charge(item, moment)
    assert not Order.objects.exists()
    assert repeat.charged(gateway) == []


def test_a_row_that_another_process_took_over_is_not_charged_by_the_first(
    supervisor: Staff, gateway: Sandbox
) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 1)))
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    [(slow, moment)] = repeat_claims.claim(found, 5).rows
    assert not repeat_claims.claim(found, 5).rows
    RepeatItem.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert repeat.worked(run).state == RunState.ENDED
    Hand(found)._charge(slow, moment)
    assert len(repeat.charged(gateway)) == 1


def test_while_the_gateway_is_away_rows_wait(supervisor: Staff, gateway: Sandbox) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 3)))
    Breaker.objects.create(cause=SILENCE, opened_at=clock.now())
    assert repeat.worked(run).state == RunState.RUNNING
    assert set(run.items.values_list("state", flat=True)) == {ItemState.WAITING}
    Breaker.objects.all().delete()
    assert repeat.worked(run).state == RunState.ENDED


def test_a_run_of_somebody_who_may_not_charge_any_more_is_paused(
    supervisor: Staff, gateway: Sandbox
) -> None:
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 3)))
    supervisor.groups.clear()
    assert repeat.worked(run).state == RunState.PAUSED
    assert repeat.charged(gateway) == []
    assert Event.objects.get(kind="repeat_run_paused").actor is None


def test_a_run_that_nobody_works_on_is_taken_up_again(supervisor: Staff, gateway: Sandbox) -> None:
    repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 1)))
    assert repeat_work.sweep() == 1
    assert repeat_work.sweep() == 0
    DBTaskResult.objects.all().delete()  # a queue forgets what a killed process was doing
    with clock.at(clock.now() + timedelta(seconds=11)):
        assert repeat_work.sweep() == 1


def test_a_slice_that_ends_gives_its_rows_back_and_has_the_run_gone_on_with(
    supervisor: Staff, gateway: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each charge takes ten seconds of the clock that a slice is measured by."""
    settings.REPEAT_IN_FLIGHT = 1
    slow = SimpleNamespace(monotonic=lambda: 10.0 * len(repeat.charged(gateway)))
    monkeypatch.setattr(repeat_work, "time", slow)
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 7)))
    assert repeat_work.lend_a_hand.call(run.pk)
    sent = repeat_work.SLICE_S / 10
    assert sent <= len(repeat.charged(gateway)) < 7
    left = run.items.filter(state=ItemState.WAITING)
    assert left.count() == 7 - len(repeat.charged(gateway))
    assert not left.exclude(lease_until=None).exists(), "others would wait for the lease"
    assert DBTaskResult.objects.ready().count() == 1
    assert Background().round() >= 2, "it takes more than one more slice"
    run.refresh_from_db()
    assert run.state == RunState.ENDED
    assert len(set(repeat.charged(gateway))) == len(repeat.charged(gateway)) == 7


def test_charges_leave_no_faster_than_the_pace_of_all_together(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.REPEAT_RATE = 10.0
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 12)))
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    begun = time.monotonic()
    together(lambda: repeat_work.work(found), lambda: repeat_work.work(found))
    assert time.monotonic() - begun >= 1.1
    assert len(repeat.charged(gateway)) == 12
