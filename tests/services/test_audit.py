from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection, transaction

from orders import clock, origin
from orders.models import Event, Order, Staff
from orders.origin import Origin
from orders.services import audit, place
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.together import together

KINDS = ["order_taken", "purchase_prepared", "purchase_sending", "purchase_approved"]


def tampered(sql: str, *values: object) -> None:
    """Do at the database's prompt what its triggers forbid. The test's end undoes all of it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for trigger in ("no_update", "no_delete", "no_replace"):
                cursor.execute(f"DROP TRIGGER IF EXISTS orders_event_{trigger}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("DROP TRIGGER IF EXISTS orders_event_insert_only ON orders_event")
        cursor.execute(sql, values)


@pytest.fixture
def order(db: None) -> Order:
    """An order with four events, beside another one with four."""
    order, other = OrderFactory(), OrderFactory()
    for kind in KINDS:
        audit.record(order, kind, actor=order.taken_by, amount_minor=250_500)
        audit.record(other, kind)
    return order


def positions(chain: str) -> list[int]:
    return list(Event.objects.filter(chain=chain).values_list("position", flat=True))


def test_the_events_of_an_order_are_a_dense_chain_of_their_own(order: Order) -> None:
    events = list(order.events.all())
    assert [event.position for event in events] == [1, 2, 3, 4]
    assert [event.kind for event in events] == KINDS
    assert [event.previous_hash for event in events] == ["", *[one.hash for one in events[:-1]]]
    assert list(audit.verify()) == []


def test_an_event_says_who_what_when_from_where_and_why(db: None) -> None:
    order, boss = OrderFactory(), StaffFactory(first_name="Nour", last_name="Haddad")
    before = origin.current()
    origin.set_current(Origin(ip="192.0.2.7", request_id="r-1"))
    with clock.at(datetime(2026, 11, 22, tzinfo=UTC)):
        audit.record(order, "marked_paid", actor=boss, reason="Seen on the slip", amount="1.00")
    origin.set_current(before)
    event = order.events.get()
    assert (event.actor, event.actor_name) == (boss, "Nour Haddad")
    assert (event.kind, event.data, event.reason) == (
        "marked_paid", {"amount": "1.00"}, "Seen on the slip"
    )  # fmt: skip
    assert (event.origin, event.request_id) == ("192.0.2.7", "r-1")
    assert event.at == datetime(2026, 11, 22, tzinfo=UTC)


def test_what_happens_by_itself_is_the_systems_act(order: Order) -> None:
    event = audit.record(order, "purchase_expired")
    assert (event.actor, event.actor_name) == (None, "system")


def test_who_has_no_account_is_named_as_they_are_called(db: None) -> None:
    event = audit.record_account("sign_in_refused", actor_name="nobody")
    assert (event.chain, event.actor, event.actor_name) == ("accounts", None, "nobody")


def test_a_name_that_changes_later_stays_as_it_was(order: Order) -> None:
    name = order.events.first().actor_name
    Staff.objects.filter(pk=order.taken_by_id).update(first_name="Other")
    assert order.events.first().actor_name == name
    assert list(audit.verify()) == []


def test_an_event_of_another_time_zone_still_fits(order: Order) -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=4)))
    with clock.at(noon):
        audit.record(order, "marked_paid")
    assert list(audit.verify(order.number)) == []


@pytest.mark.parametrize(
    "data",
    [
        {"name": "عائشة", "sign": "🂡", "quote": '"\\', "line": "a\nb"},
        {"number": 9_999_999_999, "nothing": None, "yes": True, "list": [1, {"b": 2, "a": 1}]},
        {"b": 1, "a": 2, "": 3},
    ],
)
def test_whatever_an_event_says_reads_back_as_it_was_hashed(
    order: Order, data: dict[str, object]
) -> None:
    audit.record(order, "noted", **data)
    assert list(audit.verify(order.number)) == []


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'purchase_declined'",
        "data = '{}'",
        "reason = 'another'",
        "actor_id = NULL",
        "actor_name = 'Somebody'",
        "order_id = NULL",
        "origin = '192.0.2.99'",
        "request_id = 'another'",
        "at = '2001-01-01 00:00:00+00:00'",
        "hash = 'ffff'",
    ],
)
def test_a_changed_event_is_found_and_named(order: Order, change: str) -> None:
    second = order.events.get(position=2)
    tampered(f"UPDATE orders_event SET {change} WHERE id = %s", second.pk)
    problems = list(audit.verify())
    assert problems[0] == f"{order.number}: event 2 was changed"
    assert all(problem.startswith(order.number) for problem in problems)


def test_a_changed_link_is_found(order: Order) -> None:
    third = order.events.get(position=3)
    tampered("UPDATE orders_event SET previous_hash = '' WHERE id = %s", third.pk)
    assert list(audit.verify()) == [
        f"{order.number}: event 3 does not follow the one before it",
        f"{order.number}: event 3 was changed",
    ]


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_missing_event_is_found(order: Order, position: int) -> None:
    gone = order.events.get(position=position)
    tampered("DELETE FROM orders_event WHERE id = %s", gone.pk)
    assert list(audit.verify()) == [f"{order.number}: event {position} is missing"]


def test_an_end_that_was_taken_away_is_found(agent: Staff) -> None:
    place.cancel(actor=agent, operation=steps.place_new(agent))
    operation = place.cancel(actor=agent, operation=steps.place_new(agent))
    assert list(audit.verify()) == []
    last = operation.order.events.get(kind="purchase_expired")
    tampered("DELETE FROM orders_event WHERE id = %s", last.pk)
    assert list(audit.verify()) == [f"{operation}: no event tells that it is expired"]


def test_a_mark_as_paid_that_was_taken_away_is_found(db: None) -> None:
    order = OrderFactory(charged=True, paid_at=clock.now())
    charge = order.operations.get()
    audit.record(order, "purchase_approved", operation=charge)
    assert list(audit.verify()) == [f"{order.number}: no event tells that it is paid"]


def test_a_gap_that_was_closed_up_is_found(order: Order) -> None:
    tampered("DELETE FROM orders_event WHERE id = %s", order.events.get(position=2).pk)
    for position in (3, 4):
        late = order.events.get(position=position)
        tampered("UPDATE orders_event SET position = %s WHERE id = %s", position - 1, late.pk)
    assert f"{order.number}: event 2 does not follow the one before it" in audit.verify()


def test_two_swapped_events_are_found(order: Order) -> None:
    second, third = order.events.filter(position__in=[2, 3])
    for event, position in ((second, 99), (third, 2), (second, 3)):
        tampered("UPDATE orders_event SET position = %s WHERE id = %s", position, event.pk)
    problems = set(audit.verify())
    assert {f"{order.number}: event {one} was changed" for one in (2, 3)} <= problems
    assert f"{order.number}: event 2 does not follow the one before it" in problems


def test_an_event_moved_to_another_order_is_found(order: Order) -> None:
    other = OrderFactory()
    last = order.events.get(position=4)
    tampered(
        "UPDATE orders_event SET chain = %s, position = 1, order_id = %s WHERE id = %s",
        other.number, other.pk, last.pk,
    )  # fmt: skip
    assert f"{other.number}: event 1 was changed" in audit.verify()


def test_a_chain_that_was_given_another_name_is_found(order: Order) -> None:
    audit.record_account("signed_in", actor=order.taken_by)
    tampered("UPDATE orders_event SET chain = 'elsewhere' WHERE chain = 'accounts'")
    assert "elsewhere: event 1 was changed" in audit.verify()


def test_nobody_without_the_key_can_write_an_event_that_fits(
    order: Order, settings: object
) -> None:
    key = settings.AUDIT_KEY  # type: ignore[attr-defined]
    settings.AUDIT_KEY = "guessed"  # type: ignore[attr-defined]
    audit.record(order, "marked_paid")
    settings.AUDIT_KEY = key  # type: ignore[attr-defined]
    assert list(audit.verify()) == [f"{order.number}: event 5 was changed"]


def test_one_chain_can_be_verified_by_itself(order: Order) -> None:
    tampered("UPDATE orders_event SET reason = 'x' WHERE id = %s", order.events.first().pk)
    assert len(list(audit.verify(order.number))) == 1
    assert list(audit.verify("accounts")) == []


def test_an_event_belongs_to_the_transaction_it_tells_about(order: Order) -> None:
    class Changed(Exception):
        pass

    with pytest.raises(Changed), transaction.atomic():  # noqa: PT012
        audit.record(order, "marked_paid")
        raise Changed
    assert positions(order.number) == [1, 2, 3, 4]


def test_writers_at_once_leave_a_dense_chain_of_accounts(transactional_db: None) -> None:
    def tell() -> None:
        for number in range(5):
            audit.record_account("signed_in", number=number)

    assert together(*[tell] * 8) == [None] * 8
    assert positions("accounts") == list(range(1, 41))
    assert list(audit.verify()) == []


def test_writers_at_once_leave_a_dense_chain_of_an_order(transactional_db: None) -> None:
    order = OrderFactory()

    def tell() -> None:
        for _each in range(5):
            with transaction.atomic():
                audit.record(Order.objects.locked(order.pk), "noted")

    assert together(*[tell] * 4) == [None] * 4
    assert positions(order.number) == list(range(1, 21))
    assert list(audit.verify()) == []


def test_the_longest_name_a_person_may_have_does_not_stop_their_acts(order: Order) -> None:
    boss = StaffFactory(first_name="N" * 150, last_name="H" * 150)
    audit.record(order, "marked_paid", actor=boss)
    assert order.events.get(kind="marked_paid").actor_name == "N" * 150
    assert list(audit.verify()) == []
