"""The end of a capture, void or refund whose answer was lost: by the gateway's totals, else people.

The rules are those of three questions: baseline and amount, baseline alone, anything else.
"""

import pytest
from pytest_django.fixtures import Settings

from orders.models import Operation, Order, Staff
from orders.sandbox.answers import sign
from orders.sandbox.server import Sandbox
from orders.services import ask, resolve
from orders.states import OrderStatus, Status
from tests.services.after_sale import (
    act,
    asked,
    asked_until_absent,
    charged,
    deliver,
    forced,
    kinds,
    lost,
    never_came,
    now,
    reserved,
    sums,
    told_of,
)


def order_for(kind: str, actor: Staff) -> Order:
    return charged(actor) if kind == "refund" else reserved(actor)


@pytest.mark.parametrize("kind", ["capture", "void", "refund"])
def test_one_question_settles_what_was_done_and_not_answered(
    supervisor: Staff, gateway: Sandbox, kind: str
) -> None:
    operation = lost(gateway, kind, supervisor, order_for(kind, supervisor), 2_500)
    assert operation.status == Status.UNKNOWN
    assert asked(operation).status == Status.APPROVED


def test_fault_86_a_part_counts_by_the_totals_before_and_after(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    act("refund", supervisor, order, 2_500)
    second = lost(gateway, "refund", supervisor, order, 4_000)
    assert (second.baseline_captured_minor, second.baseline_refunded_minor) == (12_500, 2_500)
    assert asked(second).status == Status.APPROVED
    assert sums(order) == (12_500, 12_500, 6_500)


@pytest.mark.parametrize("kind", ["capture", "void", "refund"])
def test_what_never_came_is_believed_absent_after_three_answers_over_time(
    supervisor: Staff, gateway: Sandbox, kind: str
) -> None:
    operation = never_came(gateway, kind, supervisor, order_for(kind, supervisor), 2_500)
    assert asked(operation, minutes=20).status == Status.UNKNOWN
    assert asked(operation, minutes=21).status == Status.UNKNOWN
    assert asked(operation, minutes=22).status == Status.UNKNOWN
    assert asked(operation, minutes=26).status == Status.NOT_CHARGED


def test_absence_is_not_believed_within_the_window(supervisor: Staff, gateway: Sandbox) -> None:
    operation = never_came(gateway, "refund", supervisor, charged(supervisor), 2_500)
    for minutes in (1, 4, 7, 14):
        assert asked(operation, minutes=minutes).status == Status.UNKNOWN


def test_once_absent_the_money_is_still_there_to_be_given_back(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    assert act("refund", supervisor, order, 12_500).status == Status.APPROVED
    assert gateway.order(f"{order.number}-1").refunded == 12_500  # type: ignore[union-attr]


def test_nothing_is_ever_sent_again_by_the_resolver(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    operation = never_came(gateway, "refund", supervisor, order, 2_500)
    Operation.objects.filter(pk=operation.pk).update(next_check_at=operation.submitted_at)
    resolve.once()
    assert gateway.count(f"{order.number}-1", "REFUND") == 1
    assert gateway.count(f"{order.number}-1", "CHECK_STATUS") == 1


def test_other_totals_raise_an_alarm_and_are_left_to_people(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    operation = lost(gateway, "refund", supervisor, order, 2_500)
    gateway.act("REFUND", f"{order.number}-1", 1_000)
    for minutes in (1, 8, 17, 30):
        assert asked(operation, minutes=minutes).status == Status.UNKNOWN
    assert kinds(order).count("mismatch") == 1


def test_what_was_told_of_the_back_office_meanwhile_is_no_longer_in_the_way(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    operation = lost(gateway, "refund", supervisor, order, 2_500)
    deliver(gateway.act("REFUND", f"{order.number}-1", 1_000))
    assert asked(operation).status == Status.APPROVED
    assert sums(order) == (12_500, 12_500, 3_500)


def test_the_back_offices_equal_refund_does_not_prove_ours(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))
    operation = never_came(gateway, "refund", supervisor, order, 2_500)
    assert asked_until_absent(operation).status == Status.NOT_CHARGED
    assert sums(order) == (12_500, 12_500, 2_500)


def test_what_the_gateway_is_not_sure_of_is_not_believed_absent(
    supervisor: Staff, gateway: Sandbox
) -> None:
    operation = forced(gateway, "940", "refund", supervisor, charged(supervisor), 2_500)
    assert asked_until_absent(operation).status == Status.UNKNOWN


@pytest.mark.parametrize("kind", ["capture", "void", "refund"])
def test_a_whole_amount_is_settled_by_the_last_act_where_totals_are_not_delivered(
    supervisor: Staff, gateway: Sandbox, kind: str
) -> None:
    gateway.set(totals=False)
    operation = lost(gateway, kind, supervisor, order_for(kind, supervisor), 12_500)
    assert asked(operation).status == Status.APPROVED


@pytest.mark.parametrize("kind", ["capture", "refund"])
def test_a_part_without_totals_is_left_to_people(
    supervisor: Staff, gateway: Sandbox, kind: str
) -> None:
    gateway.set(totals=False)
    operation = lost(gateway, kind, supervisor, order_for(kind, supervisor), 2_500)
    assert asked_until_absent(operation).status == Status.UNKNOWN


def test_the_rest_of_a_refund_without_totals_is_a_part_too(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    act("refund", supervisor, order, 2_500)
    gateway.set(totals=False)
    operation = never_came(gateway, "refund", supervisor, order, 10_000)
    assert asked_until_absent(operation).status == Status.UNKNOWN


def test_a_void_that_was_overtaken_by_a_capture_raises_an_alarm(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    operation = never_came(gateway, "void", supervisor, order)
    gateway.act("CAPTURE", f"{order.number}-1", 12_500)
    assert asked_until_absent(operation).status == Status.UNKNOWN
    assert "mismatch" in kinds(order)


def test_one_believed_absent_is_looked_at_again_and_counts_when_it_shows(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    operation = asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    assert operation.next_check_at is not None
    gateway.act("REFUND", f"{order.number}-1", 2_500)
    assert asked(operation, minutes=90).status == Status.APPROVED
    assert "late_success" in kinds(order)
    assert sums(order) == (12_500, 12_500, 2_500)


def test_one_believed_absent_is_not_taken_for_the_void_that_came_after_it(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    first = asked_until_absent(never_came(gateway, "void", supervisor, order))
    second = act("void", supervisor, order)
    assert (now(first).status, second.status) == (Status.NOT_CHARGED, Status.APPROVED)
    assert asked(first, minutes=120).status == Status.NOT_CHARGED
    assert "late_success" not in kinds(order)


def test_an_answer_that_comes_late_says_nothing_against_a_void_proven_meanwhile(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    first = asked_until_absent(never_came(gateway, "void", supervisor, order))
    act("void", supervisor, order)
    ours = {"command": "VOID_AUTHORIZATION", "maintenance_reference": first.maintenance_reference}
    late = ask.said_about(now(first))
    deliver(told_of(gateway, first, **ours))
    assert now(first).status == Status.APPROVED
    before = kinds(order)
    assert ask.weigh(now(first), late).status == Status.APPROVED
    assert kinds(order) == before


def test_a_look_proves_nothing_while_another_one_is_open(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    first = asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    second = lost(gateway, "refund", supervisor, order, 4_000)
    assert asked(first, minutes=90).status == Status.NOT_CHARGED
    assert asked(second).status == Status.APPROVED
    assert asked(first, minutes=400).status == Status.NOT_CHARGED
    assert sums(order) == (12_500, 12_500, 4_000)


def test_a_look_does_not_take_an_equal_one_that_is_open_for_its_own(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    first = asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    second = lost(gateway, "refund", supervisor, order, 2_500)
    assert asked(first, minutes=90).status == Status.NOT_CHARGED
    assert now(second).status == Status.UNKNOWN
    assert sums(order) == (12_500, 12_500, 0)


def test_what_totals_show_is_not_taken_for_ours_while_an_equal_one_may_have_come_late(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    first = asked_until_absent(never_came(gateway, "refund", supervisor, order, 2_500))
    gateway.act("REFUND", f"{order.number}-1", 2_500)  # the first one, which was held up
    second = never_came(gateway, "refund", supervisor, order, 2_500)
    for minutes in (1, 8, 17, 30):
        assert asked(second, minutes=minutes).status == Status.UNKNOWN
    deliver(_told_of(gateway, first))
    assert sums(order) == (12_500, 12_500, 2_500)
    assert asked_until_absent(second).status == Status.NOT_CHARGED


def test_an_equal_one_that_surely_never_left_is_not_in_the_way(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    order = charged(supervisor)
    settings.APS_API_URL, away = "http://127.0.0.1:9/", settings.APS_API_URL
    assert act("refund", supervisor, order, 2_500).status == Status.NOT_CHARGED
    settings.APS_API_URL = away
    assert asked(lost(gateway, "refund", supervisor, order, 2_500)).status == Status.APPROVED


def test_the_answer_about_another_payment_proves_nothing(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    operation = lost(gateway, "refund", supervisor, order, 2_500)
    Operation.objects.filter(pk=operation.parent_id).update(fort_id="169900000000000001")
    assert asked(now(operation)).status == Status.UNKNOWN
    order.refresh_from_db()
    assert order.status == OrderStatus.CHARGED


def _told_of(gateway: Sandbox, refund: Operation) -> dict[str, str]:
    """The notification that tells of a refund of ours, at last."""
    assert refund.parent is not None
    fields = {
        "command": "REFUND",
        "access_code": gateway.standin.account.access_code,
        "merchant_identifier": gateway.standin.account.merchant_identifier,
        "merchant_reference": refund.merchant_reference,
        "maintenance_reference": refund.maintenance_reference,
        "amount": str(refund.amount_minor),
        "currency": refund.currency,
        "fort_id": refund.parent.fort_id,
        "response_code": "06000",
        "response_message": "Success",
        "status": "06",
    }
    return fields | {"signature": sign(gateway.standin, fields)}
