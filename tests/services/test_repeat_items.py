"""A row moves for whoever holds it now, and for nobody whose claim was overtaken."""

from datetime import timedelta

import pytest
from django.db import transaction

from orders import clock
from orders.errors import Conflict
from orders.models import Order, RepeatItem, RepeatRun, Staff
from orders.run_states import ItemState
from orders.sandbox.server import Sandbox
from orders.services import repeat_claims, repeat_items, repeat_runs
from orders.services.repeat_hand import Hand
from tests.factories import ConsentFactory, OrderFactory
from tests.services import repeat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(supervisor: Staff) -> RepeatRun:
    card = ConsentFactory(starts_itself=True).card
    return repeat.started(supervisor, repeat.sheet([card]))


def held(run: RepeatRun) -> RepeatItem:
    """The run's row, claimed by the caller."""
    [(item, _moment)] = repeat_claims.claim(run, 1).rows
    return item


def overtaken(run: RepeatRun) -> tuple[RepeatItem, RepeatItem]:
    """The row as a process knows it that stood still, and as the one that holds it now."""
    slow = held(run)
    RepeatItem.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    return slow, held(run)


def now(item: RepeatItem) -> tuple[str, object, object]:
    """How the row stands: its state, who holds it until when, and its order."""
    item = RepeatItem.objects.get(pk=item.pk)
    return item.state, item.lease_until, item.order_id


def test_who_holds_a_row_binds_it_to_its_order(run: RepeatRun) -> None:
    item, order = held(run), OrderFactory()
    repeat_items.take(item, order)
    assert now(item) == (ItemState.TAKEN, None, order.pk)


def test_whose_claim_was_overtaken_binds_nothing(run: RepeatRun) -> None:
    slow, present = overtaken(run)
    with pytest.raises(Conflict), transaction.atomic():
        repeat_items.take(slow, OrderFactory())
    assert now(slow) == (ItemState.WAITING, present.lease_until, None)
    repeat_items.take(present, OrderFactory())
    assert now(slow)[0] == ItemState.TAKEN


def test_whose_claim_was_overtaken_refuses_nothing(run: RepeatRun) -> None:
    slow, present = overtaken(run)
    repeat_items.refuse(slow, "The card was frozen.")
    assert now(slow) == (ItemState.WAITING, present.lease_until, None)
    repeat_items.refuse(present, "The card was frozen.")
    assert now(slow)[0] == ItemState.REFUSED


def test_whose_claim_was_overtaken_gives_nothing_back(run: RepeatRun) -> None:
    slow, present = overtaken(run)
    repeat_items.give_back(slow)
    assert repeat_claims.claim(run, 1).rows == [], "somebody holds it"
    repeat_items.give_back(present)
    assert held(run).pk == slow.pk


def test_a_row_of_a_run_that_was_paused_meanwhile_binds_nothing(
    run: RepeatRun, supervisor: Staff
) -> None:
    item = held(run)
    repeat_runs.pause(actor=supervisor, run=run)
    with pytest.raises(Conflict), transaction.atomic():
        repeat_items.take(item, OrderFactory())
    assert now(item)[0] == ItemState.WAITING


def test_the_slower_of_two_processes_makes_no_order_and_sends_nothing(
    supervisor: Staff, gateway: Sandbox
) -> None:
    """Before the other one has made its own: the row waits still, under a claim that is newer."""
    run = repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 1)))
    found = RepeatRun.objects.select_related("started_by").get(pk=run.pk)
    slow, present = overtaken(found)
    Hand(found)._charge(slow, clock.now())
    assert not Order.objects.exists()
    assert repeat.charged(gateway) == []
    Hand(found)._charge(present, clock.now())
    assert len(repeat.charged(gateway)) == Order.objects.count() == 1
