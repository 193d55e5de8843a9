"""Two people, or two presses, at one instant: on both databases one wins and one is told."""

from urllib.parse import urlencode

import pytest

from orders.errors import Conflict, Refused
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import feedback, place
from orders.states import Kind, Status
from tests.factories import StaffFactory
from tests.services.after_sale import act, charged, deliver, reserved, sums
from tests.services.test_duplicates import charged_twice
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def people(transactional_db: None) -> tuple[Staff, Staff]:
    return StaffFactory(supervisor=True), StaffFactory(supervisor=True)


def done(results: list[object]) -> list[Operation]:
    """The operations that came of it; every other result is a polite refusal."""
    operations = [one for one in results if isinstance(one, Operation)]
    others = [one for one in results if not isinstance(one, Operation)]
    assert all(isinstance(one, Refused) for one in others), others
    return operations


def test_fault_80_one_form_pressed_twice_at_once_is_one_refund(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    order, key = charged(people[0]), place.new_form_key()
    acts = [lambda: act("refund", people[0], order, 2_500, form_key=key)] * 2
    made = done(together(*acts))
    assert set(made) == set(order.operations.filter(kind=Kind.REFUND))
    assert gateway.count(f"{order.number}-1", "REFUND") == 1


def test_fault_81_two_people_refunding_sixty_percent_each_refund_it_once(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    order = charged(people[0])
    made = done(together(*[lambda who=who: act("refund", who, order, 7_500) for who in people]))
    assert len(made) == 1
    assert sums(order) == (12_500, 12_500, 7_500)
    assert gateway.count(f"{order.number}-1", "REFUND") == 1


@pytest.mark.parametrize("other", ["void", "capture"])
def test_fault_82_a_capture_and_another_act_at_once_are_one_after_the_other(
    people: tuple[Staff, Staff], gateway: Sandbox, other: str
) -> None:
    order = reserved(people[0])
    results = together(
        lambda: act("capture", people[0], order, 12_500),
        lambda: act(other, people[1], order, 12_500),
    )
    assert len(done(results)) == 1
    assert (
        gateway.count(f"{order.number}-1", "CAPTURE")
        + gateway.count(f"{order.number}-1", "VOID_AUTHORIZATION")
        == 1
    )


def test_two_people_give_a_duplicate_back_once(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    order, duplicate = charged_twice(people[0], gateway)
    reference = duplicate.merchant_reference
    made = done(
        together(
            *[lambda who=who: act("refund", who, order, 12_500, charge=reference) for who in people]
        )
    )
    assert len(made) == 1
    assert gateway.count(reference, "REFUND") == 1


def test_the_same_key_for_two_amounts_at_once_is_a_conflict_for_one(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    order, key = charged(people[0]), place.new_form_key()
    results = together(
        *[
            lambda amount=amount: act("refund", people[0], order, amount, form_key=key)
            for amount in (1_000, 2_000)
        ]
    )
    assert sorted(type(one) is Operation for one in results) == [False, True]
    assert sum(isinstance(one, Conflict) for one in results) == 1
    refund = order.operations.get(kind=Kind.REFUND)
    assert refund.status == Status.APPROVED


def test_one_refund_of_the_back_office_told_in_two_shapes_at_once_counts_once(
    people: tuple[Staff, Staff], gateway: Sandbox
) -> None:
    order = charged(people[0])
    for amount_minor in (1_000, 1_100, 1_200, 1_300):
        told = gateway.act("REFUND", f"{order.number}-1", amount_minor)
        form = urlencode(told).encode()
        together(lambda told=told: deliver(told), lambda form=form: feedback.receive(form, FORM))
    assert sums(order) == (12_500, 12_500, 4_600)
    assert order.operations.filter(kind=Kind.REFUND).count() == 4
