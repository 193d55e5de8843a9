"""What is picked from the history is charged once a month, whatever was charged in between."""

import pytest

from orders.errors import Refused
from orders.models import RepeatRun, Staff
from orders.sandbox.server import Sandbox
from orders.services import repeat_picks, repeat_runs
from orders.services.history import HistoryFilters
from orders.states import Status
from tests.services import repeat
from tests.services.after_sale import act

pytestmark = pytest.mark.django_db(transaction=True)


def picked(actor: Staff) -> RepeatRun:
    return repeat_picks.pick(actor=actor, filters=HistoryFilters())


def test_what_a_file_charged_is_picked_and_charged_once_a_month(
    supervisor: Staff, gateway: Sandbox
) -> None:
    repeat.worked(repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 2))))
    run = repeat_runs.start(actor=supervisor, run=picked(supervisor), alike_reason="As agreed")
    assert repeat.statuses(repeat.worked(run)) == [Status.APPROVED] * 2
    again = picked(supervisor)
    assert not again.items.exists()
    assert len(again.faults) == 2
    assert len(repeat.charged(gateway)) == 4


def test_what_was_given_back_whole_is_not_picked(supervisor: Staff, gateway: Sandbox) -> None:
    run = repeat.worked(repeat.started(supervisor, repeat.sheet(repeat.cards(gateway, 1))))
    order = run.items.get().order
    assert order
    act("refund", supervisor, order, 12_500)
    with pytest.raises(Refused, match="no rows"):
        picked(supervisor)
