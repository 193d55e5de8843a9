"""What is proven and doubted: a message that may be about an equal act is settled by the totals."""

from datetime import timedelta

from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.services import attention, resolve, settle
from orders.states import Kind, Status
from tests.factories import OperationFactory, StaffFactory
from tests.services.after_sale import (
    act,
    asked,
    asked_until_absent,
    charged,
    deliver,
    forced,
    lost,
    never_came,
    now,
    reserved,
    sums,
    told_of,
)


def alarms(viewer: Staff) -> list[str]:
    return [alarm.event.kind for alarm in attention.alarms(viewer).items]


def test_an_equal_capture_beside_ours_is_found_by_the_totals(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    act("capture", supervisor, order, 5_000)
    deliver(gateway.act("CAPTURE", f"{order.number}-1", 5_000))
    assert sums(order) == (12_500, 5_000, 0)
    resolve.once()
    assert sums(order) == (12_500, 10_000, 0)
    assert order.operations.get(kind=Kind.CAPTURE, is_external=True).amount_minor == 5_000


def test_an_equal_capture_of_ours_under_way_is_none_of_the_back_office(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.MANY_CAPTURES = True
    order = reserved(supervisor)
    first = act("capture", supervisor, order, 5_000)
    deliver(told_of(gateway, first))
    second = lost(gateway, "capture", supervisor, order, 5_000)
    asked(first)
    assert order.operations.filter(kind=Kind.CAPTURE, is_external=True).count() == 0
    assert asked(second).status == Status.APPROVED
    assert asked(first, minutes=61).next_check_at is None
    assert sums(order) == (12_500, 10_000, 0)


def test_an_equal_capture_of_ours_that_came_late_is_none_of_the_back_office(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.MANY_CAPTURES = True
    order = reserved(supervisor)
    late = asked_until_absent(never_came(gateway, "capture", supervisor, order, 5_000))
    first = act("capture", supervisor, order, 5_000)
    gateway.act("CAPTURE", f"{order.number}-1", 5_000)  # the one that was held up
    deliver(told_of(gateway, first))
    asked(first)
    assert order.operations.filter(kind=Kind.CAPTURE, is_external=True).count() == 0
    assert asked(late, minutes=90).status == Status.APPROVED
    assert sums(order) == (12_500, 10_000, 0)


def test_an_equal_refund_made_at_the_same_instant_is_found_once_ours_is_named(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ours = lost(gateway, "refund", supervisor, order, 2_500)
    deliver(told_of(gateway, ours))  # of theirs, and taken to be of ours
    resolve.once()
    assert now(ours).status == Status.APPROVED
    gateway.act("REFUND", f"{order.number}-1", 2_500)  # it was not in the totals by then
    deliver(told_of(gateway, ours, maintenance_reference=ours.maintenance_reference))
    resolve.once()
    assert sums(order) == (12_500, 12_500, 5_000)
    assert order.operations.get(kind=Kind.REFUND, is_external=True).amount_minor == 2_500


def test_what_is_doubted_beside_an_open_act_is_looked_at_again(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.MANY_CAPTURES = True
    order = reserved(supervisor)
    act("capture", supervisor, order, 5_000)
    unclear = lost(gateway, "capture", supervisor, order, 2_500)
    deliver(gateway.act("CAPTURE", f"{order.number}-1", 5_000))
    resolve.once()
    assert sums(order) == (12_500, 5_000, 0)
    with clock.at(clock.now() + timedelta(minutes=40)):
        settle.settle(
            actor=supervisor,
            second_person=StaffFactory(supervisor=True),
            operation=now(unclear),
            happened=True,
            seen_fort_id=now(unclear).parent.fort_id,  # type: ignore[union-attr]
            reason="Seen in the gateway's books",
        )
        resolve.once()
    assert sums(order) == (12_500, 7_500, 0)
    with clock.at(clock.now() + timedelta(seconds=settings.DOUBT_WAITS_S + 60)):
        resolve.once()
    assert sums(order) == (12_500, 12_500, 0)


def test_our_own_capture_told_without_a_reference_counts_once(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    operation = asked(lost(gateway, "capture", supervisor, order, 5_000))
    deliver(told_of(gateway, operation))
    resolve.once()
    assert sums(order) == (12_500, 5_000, 0)
    with clock.at(clock.now() + timedelta(minutes=16)):
        resolve.once()
    assert sums(order) == (12_500, 5_000, 0)
    assert now(operation).next_check_at is None
    assert alarms(supervisor) == []


def test_a_refund_like_one_of_ours_that_was_refused_is_of_the_back_office(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ours = forced(gateway, "810", "refund", supervisor, order, 2_500)
    assert ours.status == Status.DECLINED
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))
    assert sums(order) == (12_500, 12_500, 2_500)
    assert now(ours).status == Status.DECLINED
    assert order.operations.get(kind=Kind.REFUND, is_external=True).amount_minor == 2_500


def test_a_refund_taken_for_ours_while_ours_was_refused_is_found_once_people_said_so(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    ours = OperationFactory(
        order=order,
        kind=Kind.REFUND,
        parent=order.operations.get(),
        sent=True,
        amount_minor=2_500,
        merchant_reference=f"{order.number}-1",
        maintenance_reference=f"{order.number}-1-R1",
        seq=1,
    )
    deliver(gateway.act("REFUND", f"{order.number}-1", 2_500))  # theirs, while ours was open
    assert now(ours).status == Status.APPROVED
    deliver(
        told_of(
            gateway,
            now(ours),
            maintenance_reference=str(ours),
            status="07",
            response_code="07048",
        )
    )
    settle.settle(
        actor=supervisor,
        second_person=StaffFactory(supervisor=True),
        operation=now(ours),
        happened=False,
        seen_fort_id="",
        reason="Ours is not in the gateway's books",
    )
    resolve.once()
    assert sums(order) == (12_500, 12_500, 2_500)
    assert order.operations.filter(kind=Kind.REFUND, is_external=True).count() == 1


def test_totals_that_may_not_show_it_yet_end_no_doubt(supervisor: Staff, gateway: Sandbox) -> None:
    order = reserved(supervisor)
    operation = act("capture", supervisor, order, 5_000)
    deliver(told_of(gateway, operation))  # of another one, which the totals do not hold yet
    resolve.once()
    gateway.act("CAPTURE", f"{order.number}-1", 5_000)
    assert sums(order) == (12_500, 5_000, 0)
    with clock.at(clock.now() + timedelta(minutes=16)):
        resolve.once()
    assert sums(order) == (12_500, 10_000, 0)
