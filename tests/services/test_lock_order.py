"""Locks are taken in one order everywhere, so that two acts at one instant wait and never deadlock.

On SQLite one transaction waits for the whole of the other, and nothing can go wrong.
"""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from orders.errors import Conflict
from orders.gateway import Outcome
from orders.models import Customer, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import customers, evidence, place, receipts, resend
from orders.states import Status
from tests import steps
from tests.factories import CustomerFactory, OperationFactory, OrderFactory, StaffFactory
from tests.services.said import said
from tests.services.test_resend import not_charged
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

CARD_EXPIRED = "13012"
WHILE_S = 1.0  # how long the one that is ahead waits, so that the other gets as far as it can


@pytest.fixture
def agent(transactional_db: None) -> Staff:
    return StaffFactory(agent=True)


class Ahead:
    """Holds the first act in the middle of its locks until the second one has begun."""

    def __init__(self) -> None:
        self.is_there = threading.Event()

    def wait(self) -> None:
        """For the first act, where it has locked the person and not yet what comes after."""
        self.is_there.set()
        # The second act waits in the database, where nobody can look: a while has to do.
        threading.Event().wait(WHILE_S if connection.vendor == "postgresql" else 0)


def refused_at_last(agent: Staff, operation: Operation, ahead: Ahead) -> Operation:
    """The answer that ends the card, and is one refusal too many for the person."""
    assert ahead.is_there.wait(10)
    statement = said(Outcome.DECLINED, response_code=CARD_EXPIRED)
    return evidence.apply(operation=operation, statement=statement, actor=agent)


def test_a_refusal_locks_the_person_then_the_operation_then_the_card(
    agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    sent = steps.place_stored(agent, card, amount_minor=10_100).operation
    statement = said(Outcome.DECLINED, response_code=CARD_EXPIRED)
    with CaptureQueriesContext(connection) as queries:
        evidence.apply(operation=sent, statement=statement)
    told = [one["sql"] for one in queries]
    parts = ('FROM "orders_staff"', 'UPDATE "orders_operation"', 'UPDATE "orders_storedcard"')
    first = [next(at for at, sql in enumerate(told) if part in sql) for part in parts]
    assert first == sorted(first)


def test_a_refusal_and_a_charge_of_one_person_with_one_card_wait_for_each_other(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = steps.stored_card(agent)
    lost = not_charged(agent, card)
    sent = steps.place_stored(agent, card, amount_minor=10_100).operation
    sent = evidence.apply(operation=sent, statement=said(Outcome.UNKNOWN, source="reply"))
    OperationFactory.create_batch(4, declined=True, actor=agent)
    ahead, check_card = Ahead(), resend._check_card

    def check_later(order: Order, operation: Operation) -> None:
        ahead.wait()
        check_card(order, operation)

    monkeypatch.setattr(resend, "_check_card", check_later)
    monkeypatch.setattr("django.conf.settings.PERSON_REFUSALS", 4)
    results = together(
        lambda: resend.resend(actor=agent, operation=lost),
        lambda: refused_at_last(agent, sent, ahead),
    )
    assert {type(one) for one in results} == {Operation}, results
    agent.refresh_from_db()
    assert agent.charging_locked_at
    sent.refresh_from_db()
    assert sent.status == Status.DECLINED


def test_a_customer_read_before_an_email_changed_is_locked_after_their_orders(
    agent: Staff,
) -> None:
    stale = CustomerFactory(email="first@example.com")
    Customer.objects.filter(pk=stale.pk).update(email="second@example.com")
    order = OrderFactory(customer=stale, receipt_address="second@example.com")
    ahead = Ahead()

    def order_then_customer() -> Customer:
        with transaction.atomic():
            Order.objects.locked(order.pk)
            ahead.wait()
            return Customer.objects.select_for_update().get(pk=stale.pk)

    def corrected() -> Customer:
        assert ahead.is_there.wait(10)
        return customers.update(actor=agent, customer=stale, email="third@example.com")

    results = together(order_then_customer, corrected)
    assert {type(one) for one in results} == {Customer}, results
    order.refresh_from_db()
    assert order.receipt_address == "third@example.com"


def test_a_change_of_no_email_locks_no_orders(agent: Staff) -> None:
    customer = CustomerFactory(city="Dubai")
    with CaptureQueriesContext(connection) as queries:
        customers.update(actor=agent, customer=customer, email=customer.email, city="Amman")
    assert not [one for one in queries if '"orders_order"' in one["sql"]]


def test_an_email_that_changed_after_the_orders_were_left_unlocked_is_told(
    agent: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = CustomerFactory(email="first@example.com")
    monkeypatch.setattr(customers, "lock_orders", lambda *_one: False)
    with pytest.raises(Conflict, match="quicker"):
        customers.update(actor=agent, customer=customer, email="second@example.com")


def test_a_receipt_that_corrects_the_email_locks_the_customers_orders_once(agent: Staff) -> None:
    order = OrderFactory(charged=True, receipt_address="first@example.com")
    with CaptureQueriesContext(connection) as queries:
        receipts.ask(
            actor=agent,
            order=order,
            email="second@example.com",
            form_key=place.new_form_key(),
            corrects_customer=True,
        )
    by_customer = 'WHERE ("orders_order"."customer_id"'
    told = [one["sql"] for one in queries if one["sql"].startswith("SELECT")]
    assert len([sql for sql in told if by_customer in sql]) == 1
