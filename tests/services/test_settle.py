"""What no program can settle, two people do: with a number they saw and both their names."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Evidence, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import place, resolve, settle
from orders.states import OrderStatus, Status
from tests.factories import StaffFactory
from tests.services.after_sale import (
    act,
    asked,
    asked_until_absent,
    charged,
    deliver,
    kinds,
    lost,
    never_came,
    now,
    reserved,
    sums,
)

SEEN = {"happened": True, "seen_fort_id": "169996200000099999", "reason": "Seen in their books"}
NOT_THERE = {"happened": False, "seen_fort_id": "", "reason": "Not in their books"}


@pytest.fixture
def second(db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def refund(supervisor: Staff, gateway: Sandbox) -> Operation:
    """A part that was refunded, of an account that delivers no totals, 31 minutes ago."""
    gateway.set(totals=False)
    refund = lost(gateway, "refund", supervisor, charged(supervisor), 2_500)
    sent_at = clock.now() - timedelta(minutes=31)
    Operation.objects.filter(pk=refund.pk).update(submitted_at=sent_at)
    return asked(refund)


def say(actor: Staff, second: Staff, operation: Operation, **said: object) -> Operation:
    return settle.settle(actor=actor, second_person=second, operation=operation, **said)  # type: ignore[arg-type]


def test_two_people_say_that_it_happened(
    supervisor: Staff, second: Staff, refund: Operation
) -> None:
    settled = say(supervisor, second, refund, **SEEN)
    assert (settled.status, settled.approver, settled.fort_id) == (
        Status.APPROVED,
        second,
        "169996200000099999",
    )
    assert sums(settled.order) == (12_500, 12_500, 2_500)
    kept = settled.evidence.get(source=Evidence.Source.PERSON)
    assert (kept.actor, kept.verified, kept.body["second_person"]) == (
        supervisor,
        False,
        str(second),
    )


def test_two_people_say_that_it_did_not_happen(
    supervisor: Staff, second: Staff, refund: Operation
) -> None:
    assert say(supervisor, second, refund, **NOT_THERE).status == Status.NOT_CHARGED
    assert sums(refund.order) == (12_500, 12_500, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen_fort_id": ""}, "fort_id_format"),
        ({"seen_fort_id": "no number"}, "fort_id_format"),
        ({"reason": "  "}, "reason_missing"),
    ],
)
def test_half_a_word_is_refused(
    supervisor: Staff, second: Staff, refund: Operation, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        say(supervisor, second, refund, **SEEN | changes)
    assert refused.value.code == code
    assert now(refund).status == Status.UNKNOWN


def test_the_number_of_another_payment_is_refused(
    supervisor: Staff, second: Staff, refund: Operation
) -> None:
    other = charged(supervisor).operations.get().fort_id
    with pytest.raises(Refused, match="another payment"):
        say(supervisor, second, refund, **SEEN | {"seen_fort_id": other})


def test_one_person_alone_settles_nothing(supervisor: Staff, refund: Operation) -> None:
    with pytest.raises(Refused, match="Another person"):
        say(supervisor, supervisor, refund, **SEEN)


def test_an_agent_settles_nothing(agent: Staff, second: Staff, refund: Operation) -> None:
    with pytest.raises(Refused, match="right"):
        say(agent, second, refund, **SEEN)


def test_it_is_too_early_while_the_gateway_may_answer(
    supervisor: Staff, second: Staff, refund: Operation
) -> None:
    Operation.objects.filter(pk=refund.pk).update(submitted_at=clock.now())
    with pytest.raises(Refused, match="too early"):
        say(supervisor, second, now(refund), **SEEN)


def test_what_was_settled_meanwhile_stays(
    supervisor: Staff, second: Staff, refund: Operation, gateway: Sandbox
) -> None:
    gateway.set(totals=True)
    asked(refund)
    with pytest.raises(Conflict):
        say(supervisor, second, refund, **NOT_THERE)
    assert now(refund).status == Status.APPROVED


def test_a_proof_that_comes_later_still_counts(
    supervisor: Staff, second: Staff, refund: Operation, gateway: Sandbox
) -> None:
    say(supervisor, second, refund, **NOT_THERE)
    gateway.set(totals=True)
    assert asked(refund, minutes=90).status == Status.APPROVED
    assert "late_success" in kinds(refund.order)


def old(order_operation: Operation, days: int) -> Operation:
    """The reservation as if it had been made so many days ago."""
    moment = clock.now() - timedelta(days=days)
    Operation.objects.filter(pk=order_operation.pk).update(
        submitted_at=moment, settled_at=moment, next_check_at=moment + timedelta(days=4)
    )
    return now(order_operation)


def test_fault_85_a_lapse_in_the_gateways_books_frees_the_order(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 5)
    gateway.lapse(charge.merchant_reference)
    resolve.once()
    assert now(charge).status == Status.LAPSED
    assert sums(order) == (0, 0, 0)
    assert order.status == OrderStatus.VOIDED
    key = place.new_form_key()
    assert place.prepare_charge(actor=supervisor, form_key=key, order=order).is_new


def test_fault_85_a_refused_capture_of_an_old_reservation_proves_the_lapse(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 8)
    gateway.lapse(charge.merchant_reference)
    assert act("capture", supervisor, order, 12_500).response_code == "05034"
    assert now(charge).status == Status.LAPSED
    assert "authorization_lapsed" in kinds(order)


def test_fault_85_a_refused_capture_of_a_young_one_proves_nothing_and_is_asked_about(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 2)
    gateway.set(force="820")
    assert act("capture", supervisor, order, 12_500).status == Status.DECLINED
    assert now(charge).status == Status.APPROVED
    assert asked(charge).status == Status.APPROVED


def test_fault_85_a_capture_that_never_was_done_lets_the_reservation_be_asked_about(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    operation = never_came(gateway, "capture", supervisor, order, 12_500)
    gateway.lapse(f"{order.number}-1")
    assert asked_until_absent(operation).status == Status.NOT_CHARGED
    with clock.at(clock.now() + timedelta(minutes=20)):
        resolve.once()
    assert order.operations.get(kind="authorization").status == Status.LAPSED


def test_fault_85_two_people_say_that_an_old_reservation_is_gone(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 5)
    settled = say(supervisor, second, charge, **NOT_THERE)
    assert (settled.status, settled.approver) == (Status.LAPSED, second)
    assert sums(order) == (0, 0, 0)


def test_fault_85_a_young_reservation_is_let_go_of_by_nobody(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    charge = reserved(supervisor).operations.get()
    with pytest.raises(Refused, match="too early"):
        say(supervisor, second, charge, **NOT_THERE)


def test_fault_85_a_reservation_that_stands_is_asked_about_once_a_day(
    supervisor: Staff, gateway: Sandbox
) -> None:
    charge = old(reserved(supervisor).operations.get(), 5)
    resolve.once()
    again = now(charge).next_check_at
    assert again is not None
    assert timedelta(hours=23) < again - clock.now() < timedelta(hours=25)


def test_a_lapse_beside_an_open_void_is_the_void(supervisor: Staff, gateway: Sandbox) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 5)
    void = lost(gateway, "void", supervisor, order)
    asked(charge)
    assert now(charge).status == Status.APPROVED
    assert asked(void).status == Status.APPROVED
    assert now(charge).status == Status.VOIDED


def test_two_people_confirm_a_refund_that_was_taken_back(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    refund = act("refund", supervisor, order, 2_500)
    deliver(gateway.reverse(f"{order.number}-1", str(refund)))
    gateway.set(totals=False)
    asked(refund)
    assert say(supervisor, second, now(refund), **NOT_THERE).reversed_at is not None
    assert sums(order) == (12_500, 12_500, 0)


def test_nobody_takes_back_a_refund_that_nothing_speaks_against(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    refund = act("refund", supervisor, charged(supervisor), 2_500)
    with pytest.raises(Conflict):
        say(supervisor, second, refund, **NOT_THERE)


def test_absence_is_told_as_agreed_by_both(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    capture = never_came(gateway, "capture", supervisor, reserved(supervisor), 12_500)
    sent_at = clock.now() - timedelta(minutes=31)
    Operation.objects.filter(pk=capture.pk).update(submitted_at=sent_at)
    say(supervisor, second, now(capture), **NOT_THERE)
    event = capture.order.events.get(kind="capture_not_charged")
    assert (event.actor, event.data["second_person"]) == (supervisor, str(second))


def test_nobody_says_that_a_reservation_is_gone_while_its_void_is_open(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    charge = old(order.operations.get(), 5)
    lost(gateway, "void", supervisor, order)
    with pytest.raises(Conflict):
        say(supervisor, second, charge, **NOT_THERE)
    assert now(charge).status == Status.APPROVED
