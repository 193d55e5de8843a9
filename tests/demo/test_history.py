from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from orders import clock
from orders.demo import gateway, history, people
from orders.models import Consent, Customer, Evidence, Operation, Order, Staff, StoredCard
from orders.roles import ADMIN_SITE_ROLES
from orders.sandbox.server import Sandbox
from orders.services import audit, totals
from orders.states import Status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COUNT, DAYS = 60, 30


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books.sqlite3"


@pytest.fixture
def told(db: None, free_address: str, books: Path) -> list[Order]:
    """A story of some orders, told at noon of a day in November."""
    with gateway.running(books), clock.at(NOW):
        return list(tell(COUNT))


def tell(count: int) -> Iterator[Order]:
    return history.History(history.make_staff(), count=count, days=DAYS).take()


def test_the_story_is_a_believable_office(told: list[Order], books: Path) -> None:
    assert len(told) == Order.objects.count() == COUNT
    happened_in_office_hours(told)
    shows_every_status_and_source(told)
    stands_as_its_operations_say(told)
    has_a_whole_trail_of_people_who_may(told)
    keeps_cards_by_consent_only()
    agrees_with_the_gateways_books(books)


def happened_in_office_hours(told: list[Order]) -> None:
    times = [order.taken_at for order in told]
    assert times == sorted(times)
    assert NOW - timedelta(days=DAYS + 1) < times[0]
    assert times[-1] < NOW
    assert sum(NOW - timedelta(hours=1) < moment for moment in times) >= 6
    dubai = ZoneInfo("Asia/Dubai")
    assert all(8 <= moment.astimezone(dubai).hour < 20 for moment in times[:-6])


def shows_every_status_and_source(told: list[Order]) -> None:
    assert {order.status for order in told} >= {
        "reserved", "charged", "paid", "part_refunded", "refunded", "voided", "declined", "unknown",
    }  # fmt: skip
    assert {order.source for order in told} >= {"phone", "post", "in_person"}
    assert [order.status for order in told[-3:]] == ["unknown"] * 3
    most_common, _count = Counter(order.status for order in told).most_common(1)[0]
    assert most_common == "paid"


def stands_as_its_operations_say(told: list[Order]) -> None:
    for order in told:
        stands = (order.status, order.authorized_minor, order.captured_minor, order.refunded_minor)
        totals.recompute(order)
        now = (order.status, order.authorized_minor, order.captured_minor, order.refunded_minor)
        assert now == stands
    assert not Operation.objects.filter(status__in=["prepared", "sending"]).exists()


def has_a_whole_trail_of_people_who_may(told: list[Order]) -> None:
    assert list(audit.verify()) == []
    for order in told:
        assert order.events.first().kind == "order_taken"
        assert order.taken_by.has_perm("orders.take_order")
    assert not Evidence.objects.filter(operation=None).exists()


def keeps_cards_by_consent_only() -> None:
    assert Customer.objects.count() == people.CUSTOMERS
    assert not StoredCard.objects.filter(consent=None).exists()
    assert Consent.objects.filter(customer__language="ar", language="ar").exists()


def agrees_with_the_gateways_books(books: Path) -> None:
    """Every charge that was approved is in the books, and nothing else took money."""
    charges = Operation.objects.filter(parent=None).select_related("order")
    with Sandbox(books=books) as box:
        for charge in charges:
            entry = box.order(charge.merchant_reference)
            captured, refunded = (entry.captured, entry.refunded) if entry else (0, 0)
            if charge.status != Status.UNKNOWN:
                assert captured == charge.order.captured_minor
                assert refunded == charge.order.refunded_minor


def test_the_same_seed_tells_the_same_story(db: None, free_address: str, tmp_path: Path) -> None:
    stories = []
    for number in (1, 2):
        with gateway.running(tmp_path / f"{number}.sqlite3"), clock.at(NOW):
            stories.append([(one.amount, one.source, one.taken_at) for one in tell(8)])
        make_room_for_the_same_again()
    assert stories[0] == stories[1]


def make_room_for_the_same_again() -> None:
    """Names that are unique, given up by the rows that have them."""
    StoredCard.objects.update(token_name=Concat("token_name", Value("-before")))
    Order.objects.update(reference="")


def test_the_staff_of_the_demo_are_one_of_each_role(db: None) -> None:
    staff = history.make_staff()
    assert set(staff) == {"agent", "clerk", "supervisor", "auditor", "admin"}
    for role, member in staff.items():
        assert member.username == role
        assert [group.name for group in member.groups.all()] == [role]
        assert member.check_password(people.PASSWORD)
        assert member.is_staff is (role in ADMIN_SITE_ROLES)
        assert not member.is_superuser


def test_staff_who_are_there_already_stay_as_they_are(db: None) -> None:
    agent = history.make_staff()["agent"]
    agent.set_password("changed-since-then-1")
    agent.groups.clear()
    agent.save()
    again = history.make_staff()["agent"]
    assert Staff.objects.count() == 5
    assert again.check_password("changed-since-then-1")
    assert not again.groups.exists()
