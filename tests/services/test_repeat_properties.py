"""In whatever order people and processes act, each row is charged once and none is left out."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as some
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Refused
from orders.models import Operation, RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState, RunState
from orders.sandbox.server import Sandbox
from orders.services import repeat_claims, repeat_files, repeat_runs, repeat_work
from orders.services.repeat_hand import Hand
from orders.states import Status
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 4
ACTS = ("upload", "start", "pause", "resume", "work", "claim and die", "die before sending", "slow")


@pytest.fixture(autouse=True)
def _in_a_hurry(settings: Settings) -> None:
    settings.REPEAT_RATE = 1000.0
    settings.NEAR_DUPLICATE_S = 0


class Office:
    """What people and processes do to runs of one file."""

    def __init__(self, actor: Staff, data: bytes) -> None:
        self.actor, self.data = actor, data

    def do(self, act: str) -> None:
        """The act, or nothing where it is refused."""
        name = act.replace(" ", "_")
        try:
            getattr(self, name)()
        except Refused:
            return

    def upload(self) -> None:
        repeat_files.upload(actor=self.actor, name="again.csv", data=self.data)

    def start(self) -> None:
        for run in RepeatRun.objects.filter(state=RunState.DRAFT):
            with suppress(Refused):
                repeat_runs.start(actor=self.actor, run=run)

    def pause(self) -> None:
        repeat_runs.pause(actor=self.actor, run=self._of(RunState.RUNNING))

    def resume(self) -> None:
        repeat_runs.resume(actor=self.actor, run=self._of(RunState.PAUSED))

    def work(self) -> None:
        repeat_work.work(self._of(RunState.RUNNING))

    def claim_and_die(self) -> None:
        """A process dies with its claims; later they are free again."""
        repeat_claims.claim(self._of(RunState.RUNNING), 2)
        RepeatItem.objects.filter(lease_until__isnull=False).update(lease_until=clock.now())

    def die_before_sending(self) -> None:
        """A process dies between the commit of an order and its request."""
        run = self._of(RunState.RUNNING)
        for item, _moment in repeat_claims.claim(run, 1).rows:
            Hand(run)._claimed(item)

    def slow(self) -> None:
        """A process stands still with a claim that others took over; then it goes on."""
        run = self._of(RunState.RUNNING)
        rows = repeat_claims.claim(run, 1).rows
        RepeatItem.objects.filter(lease_until__isnull=False).update(lease_until=clock.now())
        repeat_work.work(run)
        for item, moment in rows:
            Hand(run)._charge(item, moment)

    def _of(self, state: str) -> RepeatRun:
        found = RepeatRun.objects.select_related("started_by").filter(state=state).first()
        if found is None:
            raise Refused("none", "There is none.")
        return found


@examples(max_examples=25, suppress_health_check=list(HealthCheck))
@given(acts=some.lists(some.sampled_from(ACTS), min_size=3, max_size=9))
def test_each_row_is_charged_once_in_any_order_of_acts(
    supervisor: Staff, gateway: Sandbox, acts: list[str]
) -> None:
    cards = repeat.cards(gateway, ROWS)
    others = RepeatRun.objects.filter(state__in=[RunState.RUNNING, RunState.PAUSED])
    others.update(state=RunState.STOPPED)
    begins = 1 + 10 * RepeatItem.objects.count()
    office = Office(supervisor, repeat.sheet(cards, begins=begins))
    for act in ["upload", *acts, "start", "resume", "work"]:
        office.do(act)
    items = RepeatItem.objects.filter(card__in=cards, state=ItemState.TAKEN)
    assert items.count() == len(set(items.values_list("reference", flat=True))) == ROWS
    charges = list(Operation.objects.filter(order__repeat_item__in=items))
    assert len(charges) == ROWS
    for charge in charges:
        was_sent = charge.status != Status.SENDING  # else its process died before
        assert gateway.count(charge.merchant_reference, "PURCHASE") == was_sent
