"""What people do in the gateway's own back office, as feedback tells it, and what banks undo."""

import pytest

from orders.models import Evidence, Staff
from orders.sandbox.answers import sign
from orders.sandbox.server import Sandbox
from orders.services import attention, audit, resolve
from orders.states import Kind, OrderStatus, Status
from tests.services.after_sale import (
    act,
    asked,
    charged,
    deliver,
    forced,
    kinds,
    now,
    reserved,
    sums,
)


def alarms(viewer: Staff) -> list[str]:
    return [alarm.event.kind for alarm in attention.alarms(viewer).items]


def test_a_refund_of_the_back_office_becomes_an_external_operation(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))
    refund = order.operations.get(kind=Kind.REFUND)
    assert (refund.is_external, refund.status, refund.actor) == (True, Status.APPROVED, None)
    assert refund.evidence.get().source == Evidence.Source.FEEDBACK
    assert sums(order) == (12_500, 12_500, 2_500)
    assert order.status == OrderStatus.PART_REFUNDED
    assert list(audit.verify(order.number)) == []
    assert list(audit.verify()) == []


def test_the_same_message_again_is_one_operation(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    told = gateway.act("REFUND", f"{order.number}-1", 2_500)
    for _time in range(3):
        deliver(told)
    assert order.operations.filter(kind=Kind.REFUND).count() == 1


def test_a_capture_of_the_back_office_charges_the_order(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    deliver(gateway.act("CAPTURE", f"{order.number}-1", 12_500))
    assert sums(order) == (12_500, 12_500, 0)
    assert order.status == OrderStatus.CHARGED


def test_a_void_of_the_back_office_frees_the_order(supervisor: Staff, gateway: Sandbox) -> None:
    order = reserved(supervisor)
    deliver(gateway.act("VOID_AUTHORIZATION", f"{order.number}-1", 12_500))
    assert order.operations.get(kind=Kind.AUTHORIZATION).status == Status.VOIDED
    assert sums(order) == (0, 0, 0)


def test_more_than_was_taken_is_an_alarm_and_no_crash(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    deliver(gateway.act("REFUND", f"{order.number}-1", 10_000))
    deliver(gateway.act("REFUND", f"{order.number}-1", 9_000))
    assert sums(order) == (12_500, 12_500, 12_500)
    assert order.operations.filter(kind=Kind.REFUND).count() == 2
    assert alarms(supervisor) == ["contradiction"]


def test_equal_refunds_of_the_back_office_all_count(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    for message in ("Success", "Success.", "Success"):
        told = gateway.act("REFUND", f"{order.number}-1", 2_500) | {"response_message": message}
        del told["signature"]
        deliver(told | {"signature": sign(gateway.standin, told)})
    resolve.once()
    assert sums(order) == (12_500, 12_500, 7_500)


def test_one_of_another_currency_is_kept_for_a_person(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    told = gateway.act("REFUND", f"{order.number}-1", 2_500) | {"currency": "SAR"}
    del told["signature"]
    deliver(told | {"signature": sign(gateway.standin, told)})
    assert order.operations.count() == 1
    assert attention.strangers(supervisor).items[0].reason == "unknown_reference"


def test_a_refusal_in_the_back_office_moves_nothing(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    act("refund", supervisor, order, 2_500)
    told = gateway.reverse(f"{order.number}-1", f"{order.number}-1-R1")
    other = charged(supervisor)
    deliver(_about(gateway, told, other.number))
    assert sums(other) == (12_500, 12_500, 0)
    assert "external_refused" in kinds(other)
    assert attention.count(supervisor) == 0


def test_fault_87_a_refund_the_bank_took_back_counts_no_longer(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    refund = act("refund", supervisor, order, 2_500)
    deliver(gateway.reverse(f"{order.number}-1", str(refund)))
    resolve.once()
    assert now(refund).status == Status.APPROVED
    assert now(refund).reversed_at is not None
    assert sums(order) == (12_500, 12_500, 0)
    assert "refund_reversed" in alarms(supervisor)
    assert act("refund", supervisor, order, 12_500).status == Status.APPROVED


def test_fault_87_the_back_office_refunds_again_what_the_bank_took_back(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    refund = act("refund", supervisor, order, 2_500)
    deliver(gateway.reverse(f"{order.number}-1", str(refund)))
    resolve.once()
    told = gateway.act("REFUND", f"{order.number}-1", 2_500)
    for _time in range(2):  # once is enough, and twice is not too much
        deliver(told)
        resolve.once()
        assert sums(order) == (12_500, 12_500, 2_500)
    assert order.operations.filter(kind=Kind.REFUND, is_external=True).count() == 1
    assert "contradiction" not in kinds(order)[kinds(order).index("refund_reversed") :]


def test_fault_87_a_message_alone_undoes_no_refund(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    refund = act("refund", supervisor, order, 2_500)
    told = gateway.reverse(f"{order.number}-1", str(refund))
    gateway.order(f"{order.number}-1").refunded = 2_500  # type: ignore[union-attr]
    deliver(told)
    resolve.once()
    assert now(refund).reversed_at is None
    assert sums(order) == (12_500, 12_500, 2_500)
    assert alarms(supervisor) == ["contradiction"]


def test_fault_87_the_gateway_is_asked_until_it_answers(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    refund = act("refund", supervisor, order, 2_500)
    deliver(gateway.reverse(f"{order.number}-1", str(refund)))
    gateway.set(totals=False)
    asked(refund)
    assert now(refund).reversed_at is None
    assert sums(order) == (12_500, 12_500, 2_500)


@pytest.mark.parametrize("digits", ["920", "960"])
def test_feedback_settles_ours_by_its_own_reference_whatever_else_is_told(
    supervisor: Staff, gateway: Sandbox, digits: str
) -> None:
    order = charged(supervisor)
    ours = forced(gateway, digits, "refund", supervisor, order, 2_500)
    deliver(gateway.act("REFUND", f"{order.number}-1", 1_000))
    assert now(ours).status == Status.UNKNOWN
    assert sums(order)[2] == 1_000


def _about(gateway: Sandbox, told: dict[str, str], number: str) -> dict[str, str]:
    """The same said of another order, where nothing was refunded from here."""
    standin = gateway.standin
    fields = {name: value for name, value in told.items() if name != "signature"}
    del fields["maintenance_reference"]
    fields |= {"merchant_reference": f"{number}-1", "amount": "700"}
    return fields | {"signature": sign(standin, fields)}
