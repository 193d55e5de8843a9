"""What was made at the gateway itself, taken back by a bank or ended by itself, against its report:
what both sides know of is no difference, however many equal acts there are.
"""

from pathlib import Path

import pytest

from orders.gateway import Outcome
from orders.models import Difference, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, resolve
from orders.services import evidence as door
from orders.states import Kind, Status
from tests.reports import fetched, held_against, kinds
from tests.services.after_sale import act, asked, charged, deliver, now, reserved
from tests.services.said import said


def open_one() -> Difference:
    return Difference.objects.get(closed_at=None)


def taken_back(actor: Staff, gateway: Sandbox) -> Operation:
    """A refund that was approved, and that the bank took back."""
    refund = act("refund", actor, charged(actor), 2_500)
    deliver(gateway.reverse(refund.merchant_reference, str(refund)))
    resolve.once()
    assert now(refund).reversed_at
    return refund


def lapsed(actor: Staff, gateway: Sandbox) -> Operation:
    """A reservation that has ended at the gateway, which nobody here knows yet."""
    charge = reserved(actor).operations.get()
    gateway.lapse(charge.merchant_reference)
    return charge


@pytest.mark.parametrize("command", ["REFUND", "CAPTURE", "VOID_AUTHORIZATION"])
def test_fault_60_what_was_made_at_aps_and_told_is_on_both_sides(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path, command: str
) -> None:
    order = charged(supervisor) if command == "REFUND" else reserved(supervisor)
    amount = 12_500 if command == "VOID_AUTHORIZATION" else 2_500
    deliver(gateway.act(command, f"{order.number}-1", amount))
    assert order.operations.filter(is_external=True).count() == 1
    assert held_against(tmp_path, fetched(gateway)).found == []


def test_the_message_that_comes_after_the_report_closes_what_was_missing_here(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    order = charged(supervisor)
    told = gateway.act("REFUND", f"{order.number}-1", 2_500)
    assert kinds(held_against(tmp_path, fetched(gateway))) == [("missing_here", "refund")]
    deliver(told)
    closed = Difference.objects.get()
    assert closed.closed_by_evidence
    assert closed.closed_by_evidence.source == "feedback"


def test_equal_acts_of_both_sides_pair_one_to_one(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    order = charged(supervisor)
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))
    act("refund", supervisor, order, 2_500)
    rows = fetched(gateway)
    assert held_against(tmp_path, rows).found == []
    gateway.act("REFUND", f"{order.number}-1", 2_500)
    assert kinds(held_against(tmp_path, fetched(gateway))) == [("missing_here", "refund")]
    assert held_against(tmp_path, rows).found == []
    assert kinds(held_against(tmp_path, rows[:-1])) == [("missing_there", "refund")]


def test_an_external_operation_that_the_report_lacks_is_missing_there(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    order = charged(supervisor)
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))
    assert kinds(held_against(tmp_path, fetched(gateway)[:1])) == [("missing_there", "refund")]
    ask.ask_about(actor=supervisor, difference=open_one())
    assert not Difference.objects.filter(closed_at=None).exists()


def test_a_message_that_may_mean_an_equal_refund_closes_nothing(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    order = charged(supervisor)
    first, second = (act("refund", supervisor, order, 2_500) for _each in range(2))
    held_against(tmp_path, fetched(gateway)[:-1])
    told = said(Outcome.APPROVED, source="feedback", fort_id=first.fort_id)
    door.apply(operation=second, statement=told)
    assert open_one().what == "missing_there"
    asked(second)
    assert not Difference.objects.filter(closed_at=None).exists()


class TestTakenBack:
    @pytest.mark.parametrize("shown", [["06000", "07666"], ["06000"], ["07666"], []])
    def test_a_report_may_tell_of_its_success_or_its_end_or_of_nothing(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path, shown: list[str]
    ) -> None:
        taken_back(supervisor, gateway)
        paid, *after = fetched(gateway)
        assert [row["response_code"] for row in after] == ["06000", "07666"]
        rows = [paid, *(row for row in after if row["response_code"] in shown)]
        assert held_against(tmp_path, rows).found == []

    def test_an_equal_refund_that_counts_is_missed_all_the_same(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        order = taken_back(supervisor, gateway).order
        act("refund", supervisor, order, 2_500)
        rows = fetched(gateway)
        assert held_against(tmp_path, rows).found == []
        assert kinds(held_against(tmp_path, rows[:-1])) == [("missing_there", "refund")]

    def test_another_success_there_is_missing_here(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        refund = taken_back(supervisor, gateway)
        gateway.act("REFUND", refund.merchant_reference, 2_500)
        assert kinds(held_against(tmp_path, fetched(gateway))) == [("missing_here", "refund")]

    def test_the_proof_of_it_closes_what_was_missing_there(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        refund = act("refund", supervisor, charged(supervisor), 2_500)
        told = gateway.reverse(refund.merchant_reference, str(refund))
        held_against(tmp_path, fetched(gateway)[:1])
        assert open_one().what == "missing_there"
        deliver(told)
        resolve.once()
        assert Difference.objects.get().closed_by_evidence

    def test_it_is_no_part_of_the_sum_that_the_gateway_must_sign(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        order = taken_back(supervisor, gateway).order
        act("refund", supervisor, order, 1_000)
        held_against(tmp_path, fetched(gateway)[:-1])
        ask.ask_about(actor=supervisor, difference=open_one())
        assert not Difference.objects.filter(closed_at=None).exists()


class TestLapsed:
    def test_its_end_is_known_once_it_is_proven(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        charge = asked(lapsed(supervisor, gateway))
        assert charge.status == Status.LAPSED
        assert held_against(tmp_path, fetched(gateway)).found == []

    def test_until_then_the_report_differs_and_the_signed_answer_closes_it(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path
    ) -> None:
        charge = lapsed(supervisor, gateway)
        assert kinds(held_against(tmp_path, fetched(gateway))) == [("missing_here", Kind.VOID)]
        assert now(charge).status == Status.APPROVED
        ask.ask_about(actor=supervisor, difference=open_one())
        assert now(charge).status == Status.LAPSED
        assert Difference.objects.get().closed_by_evidence

    @pytest.mark.parametrize("change", [{"amount": "777"}, {"currency": "USD"}, {"fort_id": "1"}])
    def test_a_void_of_other_money_is_not_its_end(
        self, supervisor: Staff, gateway: Sandbox, tmp_path: Path, change: dict[str, str]
    ) -> None:
        asked(lapsed(supervisor, gateway))
        rows = fetched(gateway)
        rows[-1].update(change)
        assert kinds(held_against(tmp_path, rows)) == [("missing_here", Kind.VOID)]
