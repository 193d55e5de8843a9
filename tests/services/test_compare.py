"""A report of the real stand-in against orders taken by the real services: nothing differs, and
whatever is changed on one side is one difference that only evidence closes.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from orders import clock
from orders.models import Comparison, Difference, Event, Evidence, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import attend, audit
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory
from tests.reports import HOUR, Rows, fetched, held_against, kinds, row_of
from tests.sandbox.merchant import Merchant
from tests.services import after_sale


def refunded(actor: Staff, amount_minor: int = 2_500) -> Operation:
    """A charge of AED 125.00 of which a part was given back."""
    return after_sale.act("refund", actor, after_sale.charged(actor), amount_minor)


def captured(actor: Staff) -> Operation:
    """A reservation of which a part was taken."""
    return after_sale.act("capture", actor, after_sale.reserved(actor), 10_000)


def voided(actor: Staff) -> Operation:
    """A reservation that was let go."""
    return after_sale.act("void", actor, after_sale.reserved(actor))


def open_one() -> Difference:
    return Difference.objects.get(closed_at=None)


def test_a_faithful_report_shows_no_difference(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    steps.charge_new(supervisor)
    steps.charge_new(supervisor, steps.DECLINED_VISA)
    steps.charge_new(supervisor, steps.UNCERTAIN_VISA)
    for act in (refunded, captured, voided):
        act(supervisor)
    compared = held_against(tmp_path, fetched(gateway))
    assert compared.found == []
    assert not Difference.objects.exists()
    event = Event.objects.get(kind="report_compared")
    assert (event.actor_name, event.data["rows"]) == ("operator", compared.rows)
    assert event.data["sha256"] == compared.sha256 == Comparison.objects.get().sha256
    assert list(audit.verify()) == []


@pytest.mark.parametrize("act", [steps.charge_new, refunded, captured, voided])
def test_what_was_approved_here_and_is_not_in_the_report_is_missing_there(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path, act: Callable[[Staff], Operation]
) -> None:
    operation = act(supervisor)
    rows = fetched(gateway)[:-1]
    assert kinds(held_against(tmp_path, rows)) == [("missing_there", operation.kind)]
    found = open_one()
    assert found.here[-1]["reference"] == str(operation)
    assert found.operation
    assert found.operation.is_charge


@pytest.mark.parametrize(
    ("command", "act"),
    [("PURCHASE", steps.charge_new), ("REFUND", refunded), ("CAPTURE", captured)],
)
@pytest.mark.parametrize("change", [{"amount": "777"}, {"currency": "USD"}])
def test_another_amount_or_currency_is_one_difference(
    supervisor: Staff,
    gateway: Sandbox,
    tmp_path: Path,
    command: str,
    act: Callable[[Staff], Operation],
    change: dict[str, str],
) -> None:
    operation = act(supervisor)
    rows = fetched(gateway)
    row_of(rows, command).update(change)
    assert kinds(held_against(tmp_path, rows)) == [("amount", operation.kind)]


def test_a_success_there_that_was_refused_here_is_asked_about_and_moves_nothing_by_itself(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    operation = steps.charge_new(supervisor, steps.DECLINED_VISA)
    rows = fetched(gateway)
    row_of(rows, "PURCHASE")["response_code"] = "14000"
    assert kinds(held_against(tmp_path, rows)) == [("status", "purchase")]
    operation.refresh_from_db()
    assert operation.status == Status.DECLINED
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 1


def test_a_refusal_there_that_was_approved_here_differs(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    operation = refunded(supervisor)
    rows = fetched(gateway)
    row_of(rows, "REFUND")["response_code"] = "07666"
    assert kinds(held_against(tmp_path, rows)) == [("status", "refund")]
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_fault_60_a_refund_made_at_aps_that_no_message_told_of_is_missing_here(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    charge = steps.charge_new(supervisor)
    paid = {"merchant_reference": charge.merchant_reference, "fort_id": charge.fort_id}
    Merchant(gateway).follow("REFUND", paid | {"amount": "500", "currency": "AED"})
    assert kinds(held_against(tmp_path, fetched(gateway))) == [("missing_here", "refund")]
    assert Order.objects.get().refunded_minor == 0


def test_fault_72_an_order_that_a_restored_backup_lost_is_missing_here(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    kept = steps.charge_new(supervisor)
    Merchant(gateway).pay(merchant_reference="MO-99999-1")
    compared = held_against(tmp_path, fetched(gateway))
    assert [one.merchant_reference for one in compared.found] == ["MO-99999-1"]
    assert open_one().operation is None
    kept.refresh_from_db()
    assert kept.status == Status.APPROVED


def test_fault_47_a_charge_that_is_unknown_here_is_approved_by_the_signed_answer_only(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    gateway.set(force="920")
    operation = steps.charge_new(supervisor)
    assert operation.status == Status.UNKNOWN
    rows = fetched(gateway)
    assert held_against(tmp_path, rows, is_dry=True).found
    operation.refresh_from_db()
    assert operation.status == Status.UNKNOWN
    assert held_against(tmp_path, rows).found == []
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    closed = Difference.objects.get()
    assert closed.closed_by_evidence
    assert closed.closed_by_evidence.source == "check"
    assert operation.order.events.filter(kind="difference_closed").exists()


def test_while_the_gateway_is_silent_the_difference_stays_open(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path, settings: object
) -> None:
    gateway.set(force="920")
    operations = [steps.charge_new(supervisor) for _ in range(2)]
    rows = fetched(gateway)
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"  # type: ignore[attr-defined]
    assert len(held_against(tmp_path, rows).found) == 2
    assert Evidence.objects.filter(source="check").count() == 1
    assert {Operation.objects.get(pk=one.pk).status for one in operations} == {Status.UNKNOWN}


def test_what_was_on_its_way_at_the_ends_of_the_report_is_not_missed(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    steps.charge_new(supervisor)
    assert held_against(tmp_path, [], margin=HOUR / 6).found == []
    assert kinds(held_against(tmp_path, [], until=clock.now())) == [("missing_there", "purchase")]


def test_a_request_that_is_being_answered_is_left_to_the_next_comparison(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    charge = steps.charge_new(supervisor)
    rows = fetched(gateway)
    sent = OperationFactory(sent=True, next_check_at=clock.now() + timedelta(minutes=1))
    row = rows[0] | {"merchant_reference": sent.merchant_reference, "fort_id": "1699"}
    assert held_against(tmp_path, [*rows, row]).found == []
    assert charge.status == Status.APPROVED


def test_the_same_report_again_makes_no_second_row(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    steps.charge_new(supervisor)
    for _each in range(2):
        held_against(tmp_path, [])
    found = open_one()
    assert found.first_seen_in != found.last_seen_in
    assert Event.objects.filter(kind="difference_found").count() == 1


def test_a_difference_that_changes_its_shape_stays_one_row_with_its_owner(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    steps.charge_new(supervisor)
    held_against(tmp_path, [])
    attend.take_on_difference(actor=supervisor, difference=open_one())
    rows = fetched(gateway)
    rows[0]["amount"] = "777"
    assert kinds(held_against(tmp_path, rows)) == [("amount", "purchase")]
    assert open_one().owner == supervisor


class TestClosedByAReport:
    @pytest.fixture
    def rows(self, supervisor: Staff, gateway: Sandbox) -> Rows:
        refunded(supervisor)
        return fetched(gateway)

    @pytest.mark.parametrize(
        "change",
        [{"amount": "777"}, {"response_code": "07666"}, {"merchant_reference": "SHOP-1"}],
    )
    def test_a_later_faithful_report_closes_it(
        self, rows: Rows, tmp_path: Path, change: dict[str, str]
    ) -> None:
        held_against(tmp_path, [rows[0], rows[1] | change])
        assert Difference.objects.filter(closed_at=None).exists()
        assert held_against(tmp_path, rows).found == []
        closed = Difference.objects.first()
        assert closed
        assert closed.closed_by_report == Comparison.objects.last()
        assert not Difference.objects.filter(closed_at=None).exists()

    def test_a_report_of_another_day_closes_nothing(self, rows: Rows, tmp_path: Path) -> None:
        held_against(tmp_path, rows[:1])
        tomorrow = [row | {"merchant_reference": "X-1"} for row in rows[:1]]
        with clock.at(clock.now() + 30 * HOUR):
            held_against(tmp_path, tomorrow)
        assert Difference.objects.filter(closed_at=None, kind="refund").exists()

    def test_a_refund_at_aps_is_not_closed_by_a_report_that_shows_the_next_one(
        self, rows: Rows, tmp_path: Path
    ) -> None:
        external = rows[1] | {"amount": "500", "date": rows[1]["date"].replace("+00:00", "1+00:00")}
        held_against(tmp_path, [*rows, external])
        with clock.at(clock.now() + 30 * HOUR):
            assert len(held_against(tmp_path, [rows[1]]).found) == 1

    def test_a_dry_run_changes_nothing(self, rows: Rows, tmp_path: Path) -> None:
        before = Event.objects.count()
        assert len(held_against(tmp_path, rows[:1], is_dry=True).found) == 1
        assert not Comparison.objects.exists()
        assert not Difference.objects.exists()
        assert Event.objects.count() == before
