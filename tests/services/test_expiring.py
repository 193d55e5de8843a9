"""Cards and permissions that end: marked once a day, and listed for whoever calls."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders import clock
from orders.models import Event, StoredCard
from orders.services import expiring, resolve
from tests.factories import ConsentFactory, OrderFactory, StoredCardFactory

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 11, 27, 9, tzinfo=UTC)


def states() -> list[str]:
    return list(StoredCard.objects.order_by("pk").values_list("state", flat=True))


def listed(which: str) -> list[StoredCard]:
    with clock.at(TODAY):
        return [one.card for one in expiring.page(which).rows]


def test_cards_past_their_month_become_expired() -> None:
    over = StoredCardFactory(expiry="2610")
    StoredCardFactory(expiry="2611")
    StoredCardFactory(expiry="")
    StoredCardFactory(expiry="2001", state="frozen")
    with clock.at(TODAY):
        assert expiring.sweep() == 1
    assert states() == ["expired", "active", "active", "frozen"]
    assert Event.objects.get(kind="cards_expired").data["cards"] == [over.pk]


def test_a_card_ends_with_the_month_of_the_office() -> None:
    """In Dubai December has begun while it is still November in Greenwich."""
    card = StoredCardFactory(expiry="2611")
    with clock.at(datetime(2026, 11, 30, 20, 30, tzinfo=UTC)):
        assert card.has_expired
        assert expiring.sweep() == 1
    StoredCardFactory(expiry="2612")
    with clock.at(datetime(2026, 12, 31, 19, 30, tzinfo=UTC)):
        assert expiring.sweep() == 0


def test_it_is_done_once_a_day_by_whoever_comes_first() -> None:
    with clock.at(TODAY):
        resolve.once()
        StoredCardFactory(expiry="2001")
        assert expiring.sweep() == 0
        resolve.once()
    with clock.at(TODAY + timedelta(days=1)):
        assert expiring.sweep() == 1


def test_the_resolver_does_it() -> None:
    StoredCardFactory(expiry="2001")
    resolver = resolve.Resolver()
    with clock.at(TODAY):
        assert resolver.round() == 1
        with CaptureQueriesContext(connection) as captured:
            resolver.round()
    assert not [one for one in captured if "orders_sweep" in one["sql"]]
    assert states() == ["expired"]


def test_many_are_done_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "BATCH", 2)
    for _ in range(5):
        StoredCardFactory(expiry="2001")
    assert expiring.sweep() == 5
    assert Event.objects.filter(kind="cards_expired").count() == 3


def test_cards_that_end_within_a_month_are_on_the_list() -> None:
    soon = [StoredCardFactory(expiry=expiry) for expiry in ("2611", "2612")]
    for expiry in ("2610", "2701", ""):
        StoredCardFactory(expiry=expiry)
    StoredCardFactory(expiry="2611", state="frozen")
    assert listed("ending") == soon[::-1]


def test_cards_that_have_ended_are_on_the_list_for_a_year() -> None:
    ended = StoredCardFactory(expiry="2601", state="expired")
    StoredCardFactory(expiry="2401", state="expired")
    assert listed("ended") == [ended]


def test_permissions_that_end_within_thirty_days_are_on_the_list() -> None:
    days = {date(2026, 11, 27), date(2026, 12, 27)}
    soon = [ConsentFactory(ends_on=day).card for day in sorted(days)]
    for day in (date(2026, 11, 26), date(2026, 12, 28), None):
        ConsentFactory(ends_on=day)
    ConsentFactory(ends_on=date(2026, 12, 1), withdrawn_at=TODAY)
    assert listed("consents") == soon[::-1]


def test_cards_the_gateway_lost_are_told_from_those_withdrawn() -> None:
    gone = StoredCardFactory(state="revoked")
    StoredCardFactory(state="revoked", frozen_at=TODAY)
    assert listed("gone") == [gone]


def test_the_list_names_the_last_order_and_costs_one_query() -> None:
    card = StoredCardFactory(expiry="2611")
    OrderFactory(customer=card.customer, taken_at=TODAY - timedelta(days=9))
    OrderFactory(customer=card.customer, taken_at=TODAY - timedelta(days=3))
    with clock.at(TODAY), CaptureQueriesContext(connection) as captured:
        [row] = expiring.page("ending").rows
        assert row.card.customer.name
        assert row.card.consent.given_by
    assert row.last_order_at == TODAY - timedelta(days=3)
    assert len(captured) == 1


def test_pages_follow_one_another_without_a_gap() -> None:
    cards = [StoredCardFactory(expiry="2611").pk for _ in range(5)]
    with clock.at(TODAY):
        first = expiring.page("ending", size=2)
        second = expiring.page("ending", before=first.older, size=2)
        back = expiring.page("ending", after=second.newer, size=2)
    assert [one.card.pk for one in first.rows] == cards[:2:-1]
    assert [one.card.pk for one in second.rows] == cards[2:0:-1]
    assert back.rows == first.rows
