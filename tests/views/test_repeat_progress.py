"""The piece of a run's page that its script asks for."""

import pytest
from django.test import Client

from orders.models import RepeatRun, Staff
from orders.services import repeat_runs
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in
from tests.views.repeat_pages import draft

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run() -> RepeatRun:
    clerk = StaffFactory(clerk=True)
    return repeat_runs.start(actor=clerk, run=draft(clerk))


@pytest.fixture
def client(run: RepeatRun) -> Client:
    assert isinstance(run.started_by, Staff)
    return signed_in(run.started_by)


def test_it_is_the_piece_that_the_page_includes(client: Client, run: RepeatRun) -> None:
    piece = client.get(f"/repeat/{run.pk}/progress/").content.decode().strip()
    assert piece in client.get(run.get_absolute_url()).content.decode()
    assert "data-open" in piece
    assert 'data-state="running"' in piece


def test_a_run_that_is_over_asks_no_more(client: Client, run: RepeatRun) -> None:
    assert run.started_by
    repeat_runs.stop(actor=run.started_by, run=run)
    assert "data-open" not in client.get(f"/repeat/{run.pk}/progress/").content.decode()
