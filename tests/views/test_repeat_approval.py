"""A second person decides a run, soon after typing the password."""

import pytest

from orders.models import RepeatRun, Staff
from orders.run_states import RunState
from orders.services import repeat_runs
from tests.factories import StaffFactory
from tests.services.test_repeat_runs import ceiling
from tests.views.order_pages import signed_in, words
from tests.views.repeat_pages import draft
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> RepeatRun:
    ceiling("repeat", 20_000)
    clerk = StaffFactory(clerk=True)
    return repeat_runs.start(actor=clerk, run=draft(clerk))


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def path(run: RepeatRun) -> str:
    return f"/repeat/{run.pk}/approval/"


def test_approved_it_begins(run: RepeatRun, supervisor: Staff) -> None:
    client = proven(supervisor)
    assert "Approve: charge 2 cards" in words(client.get(path(run)))
    assert client.post(path(run), {"approve": "1"})["Location"] == run.get_absolute_url()
    run.refresh_from_db()
    assert (run.state, run.approver) == (RunState.RUNNING, supervisor)


def test_refused_it_does_not_and_needs_a_reason(run: RepeatRun, supervisor: Staff) -> None:
    client = proven(supervisor)
    assert "Say why" in words(client.post(path(run), {"refuse": "1"}))
    client.post(path(run), {"refuse": "1", "reason": "Wrong month"})
    run.refresh_from_db()
    assert run.state == RunState.DRAFT


def test_the_password_is_asked_for_first(run: RepeatRun, supervisor: Staff) -> None:
    answer = signed_in(supervisor).post(path(run), {"approve": "1"})
    assert answer.status_code == 302
    assert "/accounts/reauthenticate/" in answer["Location"]


def test_the_side_navigation_counts_what_waits(run: RepeatRun, supervisor: Staff) -> None:
    assert "Repeat charges1" in words(signed_in(supervisor).get("/repeat/"))
    assert run.started_by
    assert "Repeat charges1" not in words(signed_in(run.started_by).get("/repeat/"))


def test_what_was_decided_is_decided_no_more(run: RepeatRun, supervisor: Staff) -> None:
    repeat_runs.approve(actor=StaffFactory(supervisor=True), run=run)
    client = proven(supervisor)
    assert "Approve: charge" not in words(client.get(path(run)))
    said = words(client.post(path(run), {"approve": "1"}, follow=True))
    assert "does not wait for approval any more" in said
