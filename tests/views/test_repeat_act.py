"""What the page's buttons do, each once, and what it says where they cannot."""

import pytest
from django_tasks_db.models import DBTaskResult

from orders.models import Staff
from orders.run_states import ItemState, RunState
from orders.services import repeat_runs
from orders.states import Source, Status
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.test_repeat_runs import ceiling
from tests.views.order_pages import signed_in, words
from tests.views.repeat_pages import draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def test_each_button_does_what_it_says(clerk: Staff) -> None:
    run, client = draft(clerk), signed_in(clerk)
    for act, state in (
        ("start", RunState.RUNNING),
        ("pause", RunState.PAUSED),
        ("resume", RunState.RUNNING),
        ("stop", RunState.STOPPED),
    ):
        answer = client.post(f"/repeat/{run.pk}/act/", {act: "1"})
        assert (answer.status_code, answer["Location"]) == (303, run.get_absolute_url())
        run.refresh_from_db()
        assert run.state == state


def test_a_draft_may_be_put_away(clerk: Staff) -> None:
    run = draft(clerk)
    answer = signed_in(clerk).post(f"/repeat/{run.pk}/act/", {"drop": "1"})
    assert answer["Location"] == "/repeat/"
    run.refresh_from_db()
    assert run.state == RunState.DROPPED


def test_over_a_ceiling_it_waits_and_who_asked_may_take_it_back(clerk: Staff) -> None:
    ceiling("repeat", 20_000)
    run, client = draft(clerk), signed_in(clerk)
    said = words(client.post(f"/repeat/{run.pk}/act/", {"start": "1"}, follow=True))
    assert "Another person has to approve it." in said
    client.post(f"/repeat/{run.pk}/act/", {"take_back": "1"})
    run.refresh_from_db()
    assert run.state == RunState.DRAFT


def test_somebody_who_was_quicker_is_told(clerk: Staff) -> None:
    run, client = draft(clerk), signed_in(clerk)
    repeat_runs.start(actor=clerk, run=run)
    said = words(client.post(f"/repeat/{run.pk}/act/", {"start": "1"}, follow=True))
    assert "has moved on" in said


def test_a_reason_too_short_is_told_at_its_field(clerk: Staff) -> None:
    run = draft(clerk)
    answer = signed_in(clerk).post(f"/repeat/{run.pk}/act/", {"start": "1", "reason": "x"})
    assert answer.status_code == 422
    assert "Say why, in a few words." in words(answer)


def test_looking_changes_nothing(clerk: Staff) -> None:
    assert signed_in(clerk).get(f"/repeat/{draft(clerk).pk}/act/").status_code == 405


def test_what_was_not_charged_is_sent_again_when_somebody_asks(clerk: Staff) -> None:
    run = repeat_runs.start(actor=clerk, run=draft(clerk, rows=1))
    order = OrderFactory(source=Source.REPEAT, taken_by=clerk)
    OperationFactory(order=order, sent=True, status=Status.NOT_CHARGED)
    run.items.update(state=ItemState.TAKEN, order=order)
    client = signed_in(clerk)
    assert "Send again what was not charged: 1" in words(client.get(run.get_absolute_url()))
    said = words(client.post(f"/repeat/{run.pk}/act/", {"again": "1"}, follow=True))
    assert "What was not charged is sent again." in said
    assert DBTaskResult.objects.ready().count() == 1
