from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from orders import clock
from orders.gateway import Outcome
from orders.models import Acknowledgement, Event, Evidence, Order, Staff
from orders.services import attend, attention, audit, evidence, still_open
from orders.states import Status
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.said import said


@pytest.fixture
def auditor(db: None) -> Staff:
    return StaffFactory(auditor=True)


def unknown(**changes: object) -> object:
    return OperationFactory(unknown=True, **changes)


def stranger(number: int = 1) -> Evidence:
    return Evidence.objects.create(
        source="feedback",
        verified=True,
        outcome=Outcome.APPROVED,
        reason="unknown_reference",
        merchant_reference=f"SHOP-{number}",
        digest=f"{number:064d}",
    )


def test_the_oldest_unknown_charge_comes_first(supervisor: Staff) -> None:
    first, second = unknown(), unknown()
    items = attention.waiting(supervisor).items
    assert [item.operation for item in items] == [first, second]


def test_a_request_that_is_on_its_way_needs_nobody(supervisor: Staff) -> None:
    OperationFactory(sent=True, next_check_at=clock.now() + timedelta(seconds=30))
    assert attention.waiting(supervisor).items == []


def test_a_charge_that_is_overdue_in_sending_needs_somebody(supervisor: Staff) -> None:
    OperationFactory(sent=True, next_check_at=clock.now() - timedelta(seconds=1))
    assert len(attention.waiting(supervisor).items) == 1


@pytest.mark.parametrize(
    ("minutes", "colour"), [(0, ""), (4.9, ""), (5, "yellow"), (14.9, "yellow"), (15, "red")]
)
def test_what_waits_long_is_marked(supervisor: Staff, minutes: float, colour: str) -> None:
    now = clock.now()
    unknown(submitted_at=now - timedelta(minutes=minutes))
    with clock.at(now):
        assert attention.waiting(supervisor).items[0].colour == colour


def test_answers_come_newest_first_in_plain_words(supervisor: Staff) -> None:
    operation = unknown()
    evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND))
    evidence.apply(operation=operation, statement=said(Outcome.UNKNOWN, verified=False))
    answers = attention.waiting(supervisor).items[0].answers
    assert [str(one.words) for one in answers] == [
        "No answer came",
        "The gateway does not know this charge",
    ]


def test_a_list_goes_on_behind_its_last_row(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "PAGE_SIZE", 2)
    rows = [unknown() for _ in range(3)]
    part = attention.waiting(supervisor)
    rest = attention.waiting(supervisor, after=part.after or 0)
    assert [item.operation for item in part.items + rest.items] == rows
    assert rest.after is None


def test_fault_43_and_47_late_success_beside_another_charge_asks_for_a_refund(
    supervisor: Staff,
) -> None:
    order = OrderFactory(charged=True)
    late = OperationFactory(order=order, declined=True, status=Status.NOT_CHARGED, fort_id="")
    evidence.apply(operation=late, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    [alarm] = attention.alarms(supervisor).items
    assert alarm.operation == late
    assert alarm.operation.status == Status.DUPLICATE
    assert f"refund {late.merchant_reference} of KWD 250.500" in alarm.to_do


def test_fault_43_and_47_late_success_on_a_free_order_is_told(supervisor: Staff) -> None:
    late = OperationFactory(declined=True, fort_id="")
    evidence.apply(operation=late, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    [alarm] = attention.alarms(supervisor).items
    assert "counts this charge now" in alarm.to_do


def test_fault_55_decline_after_success_changes_nothing_and_is_told(supervisor: Staff) -> None:
    order = OrderFactory(charged=True)
    evidence.apply(operation=order.operations.get(), statement=said(Outcome.DECLINED))
    [alarm] = attention.alarms(supervisor).items
    assert alarm.event.kind == "contradiction"
    assert order.operations.get().status == Status.APPROVED


def test_an_amount_that_differs_is_told(supervisor: Staff) -> None:
    operation = unknown()
    evidence.apply(operation=operation, statement=said(Outcome.UNKNOWN, reason="amount_differs"))
    assert [alarm.event.kind for alarm in attention.alarms(supervisor).items] == ["mismatch"]


def test_fault_56_message_about_an_unknown_reference_is_listed(supervisor: Staff) -> None:
    message = stranger()
    assert attention.strangers(supervisor).items == [message]


def test_an_unverified_message_is_not_listed(supervisor: Staff) -> None:
    Evidence.objects.create(source="feedback", verified=False, digest="1")
    assert attention.strangers(supervisor).items == []
    assert attention.count(supervisor) == 0


def test_everything_open_is_counted_in_one_query(
    supervisor: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    unknown()
    stranger()
    supervisor.has_perm("orders.view_all_orders")
    with django_assert_num_queries(1):
        assert attention.count(supervisor) == 2


def test_counting_stops(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "MOST_COUNTED", 2)
    for number in range(3):
        stranger(number)
    assert attention.count(supervisor) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="plans differ by database")
def test_counting_reads_indexes_of_what_is_open_only(supervisor: Staff) -> None:
    rows = (still_open.open_operations(supervisor), still_open.open_alarms(supervisor))
    plans = [one.order_by().explain() for one in (*rows, still_open.open_strangers())]
    for index, plan in zip(("by_status", "by_kind", "nothing_here"), plans, strict=True):
        assert index in plan


def test_an_agent_counts_own_orders_only(agent: Staff) -> None:
    unknown()
    unknown(order=OrderFactory(taken_by=agent))
    assert len(attention.waiting(agent).items) == 1


class TestTakeOn:
    def test_the_charge_has_an_owner_and_an_event(self, supervisor: Staff) -> None:
        operation = attend.take_on(actor=supervisor, operation=unknown())
        assert operation.owner == supervisor
        assert operation.owned_at
        assert operation.order.events.get().kind == "taken_on"

    def test_a_settled_one_needs_nobody(self, supervisor: Staff) -> None:
        operation = OrderFactory(charged=True).operations.get()
        with pytest.raises(attend.Conflict):
            attend.take_on(actor=supervisor, operation=operation)

    def test_an_auditor_only_looks(self, auditor: Staff) -> None:
        with pytest.raises(attend.Refused) as refused:
            attend.take_on(actor=auditor, operation=unknown())
        assert refused.value.code == "not_permitted"


class TestClose:
    @pytest.fixture
    def alarm(self, db: None) -> Iterator[Event]:
        order = OrderFactory(charged=True)
        evidence.apply(operation=order.operations.get(), statement=said(Outcome.DECLINED))
        return order.events.get(kind="contradiction")

    def test_an_alarm_is_closed_with_name_time_and_reason(
        self, supervisor: Staff, alarm: Event
    ) -> None:
        closed = attend.close_alarm(actor=supervisor, event=alarm, reason=" Their  books agree ")
        assert (closed.actor, closed.reason) == (supervisor, "Their books agree")
        assert attention.alarms(supervisor).items == []
        event = alarm.order.events.get(kind="alarm_closed")
        assert (event.actor, event.reason) == (supervisor, "Their books agree")
        assert list(audit.verify(alarm.order.number)) == []

    @pytest.mark.parametrize("reason", ["", "  ", "ok", "x" * 251])
    def test_nothing_is_dismissed_without_a_reason(
        self, supervisor: Staff, alarm: Event, reason: str
    ) -> None:
        with pytest.raises(attend.Refused) as refused:
            attend.close_alarm(actor=supervisor, event=alarm, reason=reason)
        assert refused.value.field == "reason"
        assert not Acknowledgement.objects.exists()

    def test_it_is_closed_once(self, supervisor: Staff, alarm: Event) -> None:
        attend.close_alarm(actor=supervisor, event=alarm, reason="Their books agree")
        with pytest.raises(attend.Conflict):
            attend.close_alarm(actor=supervisor, event=alarm, reason="Their books differ")
        assert alarm.order.events.filter(kind="alarm_closed").count() == 1

    def test_other_events_cannot_be_closed(self, supervisor: Staff, alarm: Event) -> None:
        event = alarm.order.events.exclude(pk=alarm.pk).first() or audit.record(
            Order.objects.get(), "marked_paid"
        )
        with pytest.raises(attend.Refused):
            attend.close_alarm(actor=supervisor, event=event, reason="Their books agree")

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_only_who_may_release_may_close(self, alarm: Event, role: str) -> None:
        with pytest.raises(attend.Refused):
            attend.close_alarm(actor=StaffFactory(role=role), event=alarm, reason="Because I say")
        assert not Acknowledgement.objects.exists()

    def test_fault_56_message_is_closed_with_name_and_reason(self, supervisor: Staff) -> None:
        message = stranger()
        attend.close_stranger(actor=supervisor, evidence=message, reason="The shop's own charge")
        assert attention.strangers(supervisor).items == []
        event = Event.objects.get(kind="stranger_closed")
        assert (event.actor, event.data["merchant_reference"]) == (supervisor, "SHOP-1")

    def test_only_a_message_about_nothing_here_is_closed(
        self, supervisor: Staff, alarm: Event
    ) -> None:
        forged = Evidence.objects.create(source="feedback", verified=False, digest="f" * 64)
        ours = Evidence.objects.filter(operation__isnull=False).first()
        assert ours
        for other in (forged, ours):
            with pytest.raises(attend.Refused):
                attend.close_stranger(actor=supervisor, evidence=other, reason="Because I say")
        assert not Acknowledgement.objects.exists()
