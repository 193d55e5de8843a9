"""A difference closes by evidence and in no other way; what a person may do is look after it."""

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Comparison, Difference, Event, Evidence, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, attend, attention, audit, evidence
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory
from tests.reports import Rows, fetched, held_against, row_of
from tests.services.after_sale import act, charged
from tests.services.after_sale import lost as lost_answer
from tests.services.said import said


def open_one() -> Difference:
    return Difference.objects.get(closed_at=None)


def refunded(actor: Staff) -> Operation:
    return act("refund", actor, charged(actor), 2_500)


def proof_of(difference: Difference) -> Evidence:
    difference.refresh_from_db()
    assert difference.closed_at
    assert difference.closed_by_evidence
    return difference.closed_by_evidence


@pytest.fixture
def missing(supervisor: Staff, gateway: Sandbox, tmp_path: Path) -> Difference:
    """A charge that was approved here and is not in the report."""
    steps.charge_new(supervisor)
    held_against(tmp_path, [])
    return open_one()


def lost(gateway: Sandbox, supervisor: Staff, folder: Path) -> Difference:
    """A charge of the gateway's books whose order is not here."""
    charge = steps.charge_new(supervisor)
    rows = fetched(gateway)
    books = gateway.standin.books
    order = books.orders.pop(charge.merchant_reference)
    order.merchant_reference = "MO-99999-1"
    books.keep(order)
    held_against(folder, [rows[0], rows[0] | {"merchant_reference": "MO-99999-1"}])
    return open_one()


def test_a_signed_answer_closes_what_the_report_left_out(
    supervisor: Staff, missing: Difference
) -> None:
    assert ask.ask_about(actor=supervisor, difference=missing) is Outcome.APPROVED
    assert proof_of(missing).source == "check"
    assert list(audit.verify()) == []


def test_a_signed_answer_that_contradicts_closes_nothing_and_moves_nothing(
    supervisor: Staff, gateway: Sandbox, missing: Difference
) -> None:
    gateway.standin.books.orders.clear()
    assert ask.ask_about(actor=supervisor, difference=missing) is Outcome.NOT_FOUND
    assert missing.operation
    missing.operation.refresh_from_db()
    assert missing.operation.status == Status.APPROVED
    assert open_one() == missing
    assert [one.event.kind for one in attention.alarms(supervisor).items] == ["contradiction"]


def test_silence_closes_nothing(supervisor: Staff, missing: Difference, settings: object) -> None:
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"  # type: ignore[attr-defined]
    assert ask.ask_about(actor=supervisor, difference=missing) is None
    assert open_one() == missing


@pytest.mark.parametrize(
    "changes",
    [{"verified": False}, {"fort_id": "169900000000000077"}, {"reason": "amount_differs"}],
)
def test_what_is_not_signed_or_is_of_something_else_closes_nothing(
    missing: Difference, changes: dict[str, object]
) -> None:
    outcome = Outcome.UNKNOWN if "reason" in changes else Outcome.APPROVED
    evidence.apply(operation=missing.operation, statement=said(outcome, **changes))
    assert open_one() == missing


def test_a_signed_sum_of_refunds_closes_a_refund_that_the_report_left_out(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    refunded(supervisor)
    held_against(tmp_path, fetched(gateway)[:1])
    ask.ask_about(actor=supervisor, difference=open_one())
    assert proof_of(Difference.objects.get()).body["refunded_amount"] == "2500"


def test_another_sum_of_refunds_closes_nothing(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    refund = refunded(supervisor)
    held_against(tmp_path, fetched(gateway)[:1])
    gateway.standin.books.orders[refund.merchant_reference].refunded = 0
    ask.ask_about(actor=supervisor, difference=open_one())
    assert open_one().kind == "refund"


def test_feedback_about_a_refund_that_was_unknown_closes_its_difference(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    charge = steps.charge_new(supervisor)
    refund = lost_answer(gateway, "refund", supervisor, charge.order, 2_500)
    assert refund.status == Status.UNKNOWN
    held_against(tmp_path, fetched(gateway))
    assert (open_one().what, open_one().kind) == ("status", "refund")
    feedback = said(Outcome.APPROVED, source="feedback", fort_id=charge.fort_id)
    evidence.apply(operation=refund, statement=feedback)
    assert proof_of(Difference.objects.get()).source == "feedback"


class TestOfNoOrderHere:
    def test_what_aps_confirms_becomes_a_message_and_closes_once_that_is_closed(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        difference = lost(gateway, supervisor, tmp_path)
        assert ask.ask_about(actor=supervisor, difference=difference) is Outcome.APPROVED
        assert open_one() == difference
        [message] = attention.strangers(supervisor).items
        assert (message.merchant_reference, message.source) == ("MO-99999-1", "check")
        attend.close_stranger(actor=supervisor, evidence=message, reason="Of the shop")
        assert proof_of(difference) == message

    def test_asking_again_keeps_one_message(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        difference = lost(gateway, supervisor, tmp_path)
        for _each in range(2):
            ask.ask_about(actor=supervisor, difference=difference)
        assert len(attention.strangers(supervisor).items) == 1

    def test_a_reference_that_aps_does_not_know_stays_open(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        difference = lost(gateway, supervisor, tmp_path)
        gateway.standin.books.orders.clear()
        assert ask.ask_about(actor=supervisor, difference=difference) is Outcome.NOT_FOUND
        assert open_one() == difference
        assert attention.strangers(supervisor).items == []

    @pytest.mark.parametrize(
        ("changes", "covers"),
        [({}, True), ({"amount": "500"}, False), ({"currency": "USD"}, False),
         ({"command": "CAPTURE"}, False), ({"fort_id": "1"}, False)],
    )  # fmt: skip
    def test_fault_60_a_closed_message_covers_exactly_what_it_names(
        self,
        supervisor: Staff,
        gateway: Sandbox,
        tmp_path: Path,
        changes: dict[str, str],
        covers: bool,
    ) -> None:
        steps.charge_new(supervisor)
        rows = fetched(gateway)
        row = rows[0] | {"command": "REFUND", "response_code": "06000", "amount": "700"}
        body = {name: row[name] for name in ("command", "amount", "currency", "fort_id")}
        message = Evidence.objects.create(
            source="feedback",
            verified=True,
            outcome=Outcome.APPROVED,
            merchant_reference=row["merchant_reference"],
            digest="1",
            body=body | changes,
        )
        held_against(tmp_path, [*rows, row])
        assert open_one().what == "missing_here"
        attend.close_stranger(actor=supervisor, evidence=message, reason="Refunded at APS")
        assert Difference.objects.filter(closed_by_evidence=message).exists() is covers
        assert bool(held_against(tmp_path, [*rows, row]).found) is not covers


class TestPeople:
    def test_whoever_takes_it_on_is_named(self, supervisor: Staff, missing: Difference) -> None:
        attend.take_on_difference(actor=supervisor, difference=missing)
        assert open_one().owner == supervisor
        event = Event.objects.get(kind="difference_taken_on")
        assert event.actor == supervisor

    def test_a_note_stays_in_the_trail_and_closes_nothing(
        self, supervisor: Staff, missing: Difference
    ) -> None:
        for note in ("Asked the bank", "The bank will call"):
            attend.note_difference(actor=supervisor, difference=missing, note=note)
        assert (open_one().note, open_one().noted_by) == ("The bank will call", supervisor)
        events = Event.objects.filter(kind="difference_noted")
        assert [one.reason for one in events] == ["Asked the bank", "The bank will call"]

    def test_a_note_that_says_nothing_is_refused(
        self, supervisor: Staff, missing: Difference
    ) -> None:
        with pytest.raises(Refused):
            attend.note_difference(actor=supervisor, difference=missing, note=" ok ")

    @pytest.mark.parametrize("role", ["agent", "auditor"])
    def test_others_may_do_nothing(self, missing: Difference, role: str) -> None:
        other = StaffFactory(role=role)
        with pytest.raises(Refused):
            attend.take_on_difference(actor=other, difference=missing)
        with pytest.raises(Refused):
            ask.ask_about(actor=other, difference=missing)

    def test_a_closed_one_needs_nobody(self, supervisor: Staff, missing: Difference) -> None:
        ask.ask_about(actor=supervisor, difference=missing)
        with pytest.raises(Conflict):
            attend.take_on_difference(actor=supervisor, difference=missing)

    def test_nobody_closes_one_at_the_prompt(self, missing: Difference) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Difference.objects.filter(pk=missing.pk).update(closed_at=clock.now())

    def test_two_rows_of_one_difference_cannot_be_open(self, missing: Difference) -> None:
        comparison = Comparison.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Difference.objects.create(
                merchant_reference=missing.merchant_reference,
                kind=missing.kind,
                what="amount",
                first_seen_in=comparison,
                last_seen_in=comparison,
            )


def test_it_is_listed_and_counted_until_it_is_closed(
    supervisor: Staff, missing: Difference
) -> None:
    [item] = attention.differences(supervisor).items
    assert (item.difference, item.there, item.may_ask) == (missing, [], True)
    assert attention.count(supervisor) == 1
    ask.ask_about(actor=supervisor, difference=missing)
    assert attention.differences(supervisor).items == []
    assert attention.count(supervisor) == 0


def test_what_the_report_says_is_told_in_plain_words(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    steps.charge_new(supervisor)
    rows: Rows = fetched(gateway)
    row_of(rows, "PURCHASE")["response_code"] = "13666"
    held_against(tmp_path, rows)
    [item] = attention.differences(supervisor).items
    assert str(item.there[0]["words"]) == "Declined by the bank"
    assert "only its signed answer counts" in item.to_do
