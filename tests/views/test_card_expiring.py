"""The call list of cards and permissions that end."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders import clock
from orders.models import StoredCard
from tests.factories import ConsentFactory, StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _agent(client: Client) -> None:
    client.force_login(StaffFactory(agent=True))


def ending(**fields: object) -> StoredCard:
    """A card whose month is this one."""
    card: StoredCard = StoredCardFactory(expiry=f"{clock.now():%y%m}", **fields)
    return card


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"/cards/expiring/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_whom_to_call_and_why(client: Client) -> None:
    card = ending(last_four="4242")
    html = shown(client)
    for words in (card.customer.name, card.customer.phone, "Visa •••• 4242", card.expiry_shown):
        assert words in html
    assert card.token_name not in html
    assert card.customer.get_absolute_url() in html


def test_each_list_is_its_own(client: Client) -> None:
    soon = clock.now().date() + timedelta(days=9)
    consent = ConsentFactory(ends_on=soon)
    gone = StoredCardFactory(state="revoked")
    assert consent.customer.name in shown(client, "?list=consents")
    assert gone.customer.name in shown(client, "?list=gone")
    assert "Nobody to call" in shown(client, "?list=ended")
    assert "Nobody to call" in shown(client, "?list=nonsense")


def test_it_goes_on_from_page_to_page_within_its_list(client: Client) -> None:
    for _ in range(51):
        StoredCardFactory(state="revoked")
    html = shown(client, "?list=gone")
    oldest = StoredCard.objects.earliest("pk")
    assert oldest.customer.name not in html
    second = StoredCard.objects.order_by("pk")[1]
    assert f"list=gone&amp;before={second.pk}" in html
    assert oldest.customer.name in shown(client, f"?list=gone&before={second.pk}")


def test_it_costs_the_same_however_many_there_are(client: Client) -> None:
    def queries() -> int:
        ending()
        with CaptureQueriesContext(connection) as captured:
            shown(client)
        return len(captured)

    queries()
    assert queries() == queries()


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("admin", 403)])
def test_only_who_may_see_customers(client: Client, role: str, status: int) -> None:
    client.force_login(StaffFactory(**{role: True}))
    assert client.get("/cards/expiring/").status_code == status
    assert client.post("/cards/expiring/").status_code in (403, 405)
