"""The list of repeat runs, and who may open which page of theirs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Staff
from orders.services import repeat_runs
from tests.factories import ConsentFactory, StaffFactory
from tests.services import repeat
from tests.views.order_pages import signed_in, words
from tests.views.repeat_pages import draft, every_page

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def test_the_list_shows_what_each_run_comes_to_and_where_it_stands(clerk: Staff) -> None:
    run = draft(clerk)
    said = words(signed_in(clerk).get("/repeat/"))
    for part in (run.number, "november.csv", "KWD 25.000", "Not started", str(clerk)):
        assert part in said


def test_a_run_that_was_put_away_is_listed_no_more(clerk: Staff) -> None:
    repeat_runs.drop(actor=clerk, run=draft(clerk))
    assert "No repeat runs yet" in words(signed_in(clerk).get("/repeat/"))


@every_page
def test_nobody_opens_a_page_without_the_right(clerk: Staff, path: str) -> None:
    path = path.format(pk=draft(clerk).pk)
    assert Client().get(path).status_code == 302
    client = signed_in(StaffFactory(agent=True))
    assert {client.get(path).status_code, client.post(path).status_code} <= {403, 405}
    assert "/repeat/" not in client.get("/orders/new/").content.decode()


def test_an_auditor_looks_and_does_nothing(clerk: Staff) -> None:
    run, client = draft(clerk), signed_in(StaffFactory(auditor=True))
    assert "Charge 2" not in words(client.get(run.get_absolute_url()))
    assert client.post(f"/repeat/{run.pk}/act/", {"start": "1"}).status_code == 403
    assert client.get("/repeat/new/").status_code == 403


def test_a_long_list_costs_no_more_queries_than_a_short_one(clerk: Staff) -> None:
    client, counts = signed_in(clerk), []
    client.get("/repeat/")
    for begins in (1, 9):
        card = ConsentFactory(starts_itself=True).card
        repeat.made(clerk, repeat.sheet([card], begins=begins))
        with CaptureQueriesContext(connection) as queries:
            client.get("/repeat/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
