"""A charge and a payment outside the gateway at one instant: on both databases one of them wins."""

from collections.abc import Callable

import pytest

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Operation, Order, OutsidePayment, Staff
from orders.sandbox.server import Sandbox
from orders.services import audit, charge, evidence, outside_payments, place, resend
from orders.states import FREE, OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory, OutsidePaymentFactory, StaffFactory
from tests.services.after_sale import now
from tests.services.outside import received, record, take_back
from tests.services.said import said
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


@pytest.fixture
def people(transactional_db: None) -> tuple[Staff, Staff]:
    return StaffFactory(supervisor=True), StaffFactory(supervisor=True)


def by_a_stored_card(actor: Staff, round_: int) -> tuple[Order, Callable[[], object]]:
    card = steps.stored_card(actor) if round_ == 0 else actor.kept  # type: ignore[attr-defined]
    actor.kept = card  # type: ignore[attr-defined]
    amount_minor = 1_100 + round_
    order = OrderFactory(customer=card.customer, amount_minor=amount_minor, currency="AED")
    key = place.new_form_key()
    return order, lambda: charge.proceed(
        place.prepare_charge(actor=actor, form_key=key, order=order, stored_card=card)
    )


def by_an_entered_card(actor: Staff, round_: int) -> tuple[Order, Callable[[], object]]:
    operation = steps.enter_card(steps.place_new(actor, amount_minor=1_100 + round_))
    return operation.order, lambda: charge.charge(actor=actor, operation=operation)


def by_the_same_again(actor: Staff, round_: int) -> tuple[Order, Callable[[], object]]:
    operation = steps.enter_card(steps.place_new(actor, amount_minor=1_100 + round_))
    rows = Operation.objects.filter(pk=operation.pk)
    rows.update(status=Status.NOT_CHARGED, submitted_at=clock.now())
    operation = now(operation)
    return operation.order, lambda: resend.resend(actor=actor, operation=operation)


@pytest.mark.parametrize("way", [by_a_stored_card, by_an_entered_card, by_the_same_again])
def test_a_charge_and_a_cheque_at_once_are_one_of_the_two(
    people: tuple[Staff, Staff],
    gateway: Sandbox,
    way: Callable[[Staff, int], tuple[Order, Callable[[], object]]],
) -> None:
    for round_ in range(ROUNDS):
        order, pay = way(people[0], round_)
        results = together(pay, lambda order=order: record(people[1], order))
        done = [one for one in results if not isinstance(one, Exception)]
        assert all(isinstance(one, Refused) for one in results if one not in done), results
        assert len(done) == 1, results
        charged = order.operations.exclude(status__in=[*FREE, Status.PREPARED]).count()
        paid_outside = OutsidePayment.objects.filter(order=order).count()
        assert (charged, paid_outside) in {(1, 0), (0, 1)}
        assert list(audit.verify(order.number)) == []


def test_two_people_record_one_payment(people: tuple[Staff, Staff]) -> None:
    order = OrderFactory()
    results = together(*[lambda who=who: record(who, order) for who in people])
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "OutsidePayment"]


def test_one_form_pressed_twice_at_once_is_one_payment(people: tuple[Staff, Staff]) -> None:
    order = OrderFactory()
    form = received(order)
    made = together(
        *[lambda: outside_payments.record(actor=people[0], order=order, received=form)] * 2
    )
    assert set(made) == {OutsidePayment.objects.get()}


def test_two_people_take_it_back_once(people: tuple[Staff, Staff]) -> None:
    payment = OutsidePaymentFactory()
    results = together(
        *[lambda who=who: take_back(who, OutsidePayment.objects.get()) for who in people]
    )
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert payment.order.events.filter(kind="outside_payment_taken_back").count() == 1


def test_a_late_success_at_the_same_instant_is_never_missed(people: tuple[Staff, Staff]) -> None:
    for round_ in range(ROUNDS):
        order = OrderFactory()
        first = OperationFactory(order=order, declined=True, fort_id="")
        late = said(Outcome.APPROVED, fort_id=f"1697000000000{round_:05d}")
        results = together(
            lambda first=first, late=late: evidence.apply(operation=first, statement=late),
            lambda order=order: record(people[0], order),
        )
        order.refresh_from_db()
        assert order.status == OrderStatus.CHARGED, results
        recorded = OutsidePayment.objects.filter(order=order).exists()
        assert order.events.filter(kind="paid_twice").exists() is recorded
