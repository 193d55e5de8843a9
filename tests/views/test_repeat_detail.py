"""The page of a run: its dry run, then how far it is, and what may be done."""

import pytest

from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import repeat_runs
from tests.factories import StaffFactory
from tests.services import repeat
from tests.services.test_repeat_runs import ceiling
from tests.views.order_pages import signed_in, words
from tests.views.repeat_pages import draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def test_a_draft_says_what_would_be_charged(clerk: Staff) -> None:
    said = words(signed_in(clerk).get(draft(clerk).get_absolute_url()))
    assert "Charge 2 cards · KWD 25.000" in said
    assert "Results" in said


def test_over_a_ceiling_the_button_asks(clerk: Staff) -> None:
    ceiling("repeat", 20_000)
    said = words(signed_in(clerk).get(draft(clerk).get_absolute_url()))
    assert "Over your limit" in said
    assert "Ask for approval" in said


def test_a_reason_is_asked_for_only_where_rows_look_alike(clerk: Staff, gateway: Sandbox) -> None:
    [card] = repeat.cards(gateway, 1)
    once, twice = (
        repeat.made(clerk, repeat.sheet([card])),
        repeat.made(clerk, repeat.sheet([card, card], begins=5)),
    )
    client = signed_in(clerk)
    assert "Why rows that look" not in words(client.get(once.get_absolute_url()))
    assert "Why rows that look" in words(client.get(twice.get_absolute_url()))


def test_a_run_that_ended_shows_what_was_not_charged_and_why(
    clerk: Staff, gateway: Sandbox
) -> None:
    [card] = repeat.cards(gateway, 1)
    run = repeat.worked(repeat.started(clerk, repeat.sheet([card], amount="12.820")))
    said = words(signed_in(clerk).get(run.get_absolute_url()))
    order = Operation.objects.get().order
    for part in ("Ended", "Declined1", order.number, "Not charged so far", "100 %"):
        assert part in said
    assert "Stop for good" not in said
    assert run.number in words(signed_in(clerk).get(order.get_absolute_url()))


def test_a_running_run_may_be_paused_and_a_paused_one_go_on(clerk: Staff) -> None:
    run = repeat_runs.start(actor=clerk, run=draft(clerk))
    client = signed_in(clerk)
    assert "Pause" in words(client.get(run.get_absolute_url()))
    repeat_runs.pause(actor=clerk, run=run)
    assert "Go on" in words(client.get(run.get_absolute_url()))


def test_a_run_that_is_not_there_is_a_404(clerk: Staff) -> None:
    assert signed_in(clerk).get("/repeat/7/").status_code == 404
