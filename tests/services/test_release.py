from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Evidence, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import attention, audit, evidence, place, release
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.services.said import said

REASON = "Their books do not know it"


@pytest.fixture
def second(db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def charge(db: None) -> Operation:
    """A charge that nobody knows the end of for 31 minutes."""
    charge = OrderFactory(unknown=True).operations.get()
    Operation.objects.filter(pk=charge.pk).update(submitted_at=clock.now() - timedelta(minutes=31))
    charge.refresh_from_db()
    return charge


def let_go(actor: Staff, second: Staff, charge: Operation, **changes: str) -> Operation:
    words = {"typed_reference": charge.merchant_reference, "reason": REASON} | changes
    return release.release(actor=actor, second_person=second, operation=charge, **words)


def test_two_people_let_go_of_a_charge_and_free_its_order(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    released = let_go(supervisor, second, charge)
    assert (released.status, released.approver, released.reason) == ("released", second, REASON)
    released.order.refresh_from_db()
    assert released.order.status == OrderStatus.OPEN
    assert attention.waiting(supervisor).items == []


def test_evidence_and_event_hold_both_names_and_the_reason(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    let_go(supervisor, second, charge)
    kept = charge.evidence.get()
    event = charge.order.events.get(kind="purchase_released")
    assert (kept.source, kept.actor, kept.verified) == (Evidence.Source.PERSON, supervisor, False)
    assert kept.body == {"reason": REASON, "second_person": str(second)}
    assert (event.actor, event.reason, event.data["second_person"]) == (
        supervisor,
        REASON,
        str(second),
    )
    assert list(audit.verify(charge.order.number)) == []


def test_the_order_can_be_charged_again(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    let_go(supervisor, second, charge)
    again = place.prepare_charge(
        actor=supervisor, form_key=place.new_form_key(), order=charge.order
    ).operation
    assert (again.status, again.seq) == (Status.PREPARED, 2)


def test_a_success_that_comes_later_still_counts(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    let_go(supervisor, second, charge)
    late = evidence.apply(
        operation=charge, statement=said(Outcome.APPROVED, fort_id="169700000000088888")
    )
    assert late.status == Status.APPROVED
    assert [one.event.kind for one in attention.alarms(supervisor).items] == ["late_success"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"typed_reference": "MO-1-1"}, "typed_reference"),
        ({"typed_reference": ""}, "typed_reference"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_a_reference_and_a_reason_are_asked_for(
    supervisor: Staff, second: Staff, charge: Operation, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        let_go(supervisor, second, charge, **changes)
    assert refused.value.field == field
    charge.refresh_from_db()
    assert charge.status == Status.UNKNOWN


def test_it_is_refused_before_thirty_minutes(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    charge.submitted_at = clock.now() - timedelta(minutes=29)
    with pytest.raises(Refused) as refused:
        let_go(supervisor, second, charge)
    assert refused.value.code == "too_young"


def test_nobody_agrees_with_themselves(supervisor: Staff, charge: Operation) -> None:
    with pytest.raises(Refused) as refused:
        let_go(supervisor, supervisor, charge)
    assert refused.value.code == "same_person"


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_both_people_need_the_right(supervisor: Staff, charge: Operation, role: str) -> None:
    other = StaffFactory(role=role)
    for actor, second in ((supervisor, other), (other, supervisor)):
        with pytest.raises(Refused):
            let_go(actor, second, charge)
    charge.refresh_from_db()
    assert charge.status == Status.UNKNOWN


def test_somebody_who_left_cannot_agree(supervisor: Staff, charge: Operation) -> None:
    with pytest.raises(Refused):
        let_go(supervisor, StaffFactory(supervisor=True, is_active=False), charge)


def test_an_answer_that_came_meanwhile_wins(
    supervisor: Staff, second: Staff, charge: Operation
) -> None:
    seen = Operation.objects.get(pk=charge.pk)
    evidence.apply(operation=charge, statement=said(Outcome.DECLINED))
    with pytest.raises(Conflict):
        let_go(supervisor, second, seen)
    assert not charge.evidence.filter(source="person").exists()
    charge.refresh_from_db()
    assert charge.status == Status.DECLINED


def test_a_charge_that_is_settled_or_on_its_way_is_not_let_go_of(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    charged = steps.charge_new(supervisor)
    with pytest.raises(Conflict):
        let_go(supervisor, second, charged)
