"""The page on which a customer's permission for a card is withdrawn."""

import pytest
from django.test import Client

from orders.models import Staff, StoredCard
from tests.factories import ConsentFactory, StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client) -> Staff:
    staff = StaffFactory(agent=True)
    client.force_login(staff)
    return staff


@pytest.fixture
def card() -> StoredCard:
    found: StoredCard = ConsentFactory(given_by="Call 4711").card
    return found


def test_a_card_is_frozen_and_the_customer_is_shown(
    client: Client, agent: Staff, card: StoredCard
) -> None:
    page = client.get(f"/cards/{card.pk}/withdraw/").content.decode()
    assert "Call 4711" in page
    answer = client.post(f"/cards/{card.pk}/withdraw/", {"reason": "Call 4712"}, follow=True)
    assert answer.redirect_chain == [(card.customer.get_absolute_url(), 303)]
    html = answer.content.decode()
    for words in ("The card is frozen", "Call 4712", str(agent), "once the gateway confirms"):
        assert words in html
    assert f"/cards/{card.pk}/withdraw/" not in html
    card.refresh_from_db()
    assert card.state == "frozen"


def test_looking_changes_nothing(client: Client, agent: Staff, card: StoredCard) -> None:
    client.get(f"/cards/{card.pk}/withdraw/")
    card.refresh_from_db()
    assert card.state == "active"


@pytest.mark.parametrize("reason", ["", "no"])
def test_without_a_reason_it_stays(
    client: Client, agent: Staff, card: StoredCard, reason: str
) -> None:
    answer = client.post(f"/cards/{card.pk}/withdraw/", {"reason": reason})
    assert "id_reason_error" in answer.content.decode()
    card.refresh_from_db()
    assert card.state == "active"


def test_twice_is_told(client: Client, agent: Staff, card: StoredCard) -> None:
    for _ in range(2):
        answer = client.post(f"/cards/{card.pk}/withdraw/", {"reason": "Call 4712"}, follow=True)
    assert "withdrawn already" in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("auditor", 403), ("admin", 403), ("clerk", 200)])
def test_only_who_may_change_customers(
    client: Client, card: StoredCard, role: str, status: int
) -> None:
    client.force_login(StaffFactory(**{role: True}))
    assert client.get(f"/cards/{card.pk}/withdraw/").status_code == status
    assert client.post(f"/cards/{card.pk}/withdraw/", {"reason": ""}).status_code == status


def test_a_card_that_is_not_there_is_not_found(client: Client, agent: Staff) -> None:
    assert client.get("/cards/999/withdraw/").status_code == 404


def test_a_card_without_a_consent_is_withdrawn_too(client: Client, agent: Staff) -> None:
    card = StoredCardFactory(allowed=False)
    client.post(f"/cards/{card.pk}/withdraw/", {"reason": "Call 4712"})
    card.refresh_from_db()
    assert card.state == "frozen"
