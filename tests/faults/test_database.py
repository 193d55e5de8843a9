"""Faults 57, 61 to 63 and 70 to 75: the database fails. ``docs/faults.md`` names the tests."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client, override_settings

from orders import clock
from orders.models import Evidence, Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, patience, place, resolve
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory
from tests.faults.databases import Relay, relayed, stoppable
from tests.faults.test_clicks import purchases, stored
from tests.services.test_feedback import message
from tests.views.order_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    return steps.stored_card(agent)


@pytest.fixture
def relay(card: StoredCard) -> Iterator[Relay]:
    with relayed() as relay:
        yield relay


def test_fault_57_message_that_finds_no_database_is_not_acknowledged(db: None) -> None:
    operation = OperationFactory(unknown=True)
    body = json.dumps(message(operation))
    client = Client(raise_request_exception=False)
    with stoppable() as stop:
        stop()
        answer = client.post("/gateway/feedback/", body, "application/json")
        assert answer.status_code == 500
    assert not Evidence.objects.exists()
    assert client.post("/gateway/feedback/", body, "application/json").status_code == 200
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_fault_61_without_a_database_nothing_is_sent_and_a_page_says_so(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    browser, form, before = signed_in(agent), stored(card), len(purchases(gateway))
    browser.raise_request_exception = False
    with stoppable() as stop:
        stop()
        answer = browser.post("/orders/new/", form)
        assert answer.status_code == 500
        assert "An order is never charged twice" in answer.content.decode()
    assert len(purchases(gateway)) == before
    assert browser.post("/orders/new/", form).status_code == 303
    assert len(purchases(gateway)) == before + 1


def test_fault_61_claim_without_a_database_sends_nothing(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    with stoppable() as stop:
        stop()
        with pytest.raises(DatabaseError):
            charge.charge(actor=agent, operation=operation)
    assert purchases(gateway) == []
    assert charge.charge(actor=agent, operation=operation).status == Status.APPROVED


def test_fault_62_answer_that_cannot_be_recorded_is_found_by_asking(
    agent: Staff, card: StoredCard, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0.01, 0.01))
    placed = steps.place_stored(agent, card)
    with stoppable() as stop:
        charge.about(placed.operation.order)  # what is sent is read before
        request = charge.request_of(placed.operation)()
        stop()
        said = charge.Statement.of_reply(placed.operation, request)
        left = charge.record_patiently(placed.operation, said)
        assert left.status == Status.SENDING
    with clock.at(clock.now() + timedelta(minutes=1)):
        resolve.once()
    placed.operation.refresh_from_db()
    assert placed.operation.status == Status.APPROVED
    assert purchases(gateway).count(placed.operation.merchant_reference) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_63_connection_lost_at_the_commit_of_the_intent_sends_nothing_twice(
    relay: Relay, agent: Staff, card: StoredCard, gateway: Sandbox, when: str
) -> None:
    key, before = place.new_form_key(), len(purchases(gateway))
    Order.objects.exists()  # connected
    relay.cut_at(b"COMMIT", when)
    with pytest.raises(OperationalError):
        charge.proceed(steps.place_stored(agent, card, form_key=key))
    connection.close()
    assert len(purchases(gateway)) == before
    assert Operation.objects.filter(form_key=key).exists() == (when == "after")
    again = charge.proceed(steps.place_stored(agent, card, form_key=key))
    if when == "before":
        assert again.status == Status.APPROVED
        assert len(purchases(gateway)) == before + 1
    else:
        assert again.status == Status.SENDING  # the resolver asks what became of it
        assert len(purchases(gateway)) == before


@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_63_connection_lost_at_the_commit_of_the_answer_counts_once(
    relay: Relay,
    agent: Staff,
    card: StoredCard,
    gateway: Sandbox,
    when: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0.01, 0.01, 0.01))
    placed = steps.place_stored(agent, card)
    relay.cut_at(b"COMMIT", when)
    operation = charge.proceed(placed)
    assert operation.status == Status.APPROVED
    assert operation.evidence.count() == 1
    assert operation.order.events.filter(kind="purchase_approved").count() == 1


@override_settings(PERSON_REFUSALS=1000)
def _take_many(agent: Staff, card: StoredCard) -> None:
    """Orders until there is no room for one more."""
    for number in range(200):
        steps.place_stored(
            agent, card, amount_minor=20_000 + number, description="d" * 250, note="n" * 2000
        )


def test_fault_70_full_or_read_only_disk_sends_nothing(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    before, orders = len(purchases(gateway)), Order.objects.count()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET default_transaction_read_only = on")
        else:
            cursor.execute("PRAGMA page_count")
            (pages,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {pages}")
    try:
        with pytest.raises(DatabaseError):
            _take_many(agent, card)
    finally:
        connection.close()
    assert len(purchases(gateway)) == before
    unsent = Operation.objects.order_by("pk")[orders:]
    assert {one.status for one in unsent} <= {Status.SENDING}


def test_fault_74_money_is_decided_on_one_database_alone() -> None:
    assert list(settings.DATABASES) == ["default"]
    assert settings.DATABASE_ROUTERS == []


def test_fault_75_number_that_a_rollback_gave_back_was_never_sent(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    with transaction.atomic():
        lost = OrderFactory(customer=card.customer)
        transaction.set_rollback(True)
    assert not Order.objects.filter(pk=lost.pk).exists()
    operation = charge.proceed(steps.place_stored(agent, card))
    assert operation.status == Status.APPROVED
    if connection.vendor == "sqlite":
        assert operation.order.number == lost.number
    assert len(set(purchases(gateway))) == len(purchases(gateway)) == 2
