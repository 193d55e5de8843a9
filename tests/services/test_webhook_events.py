"""Every change of an order's money is written down for each address, with the change itself."""

import json
import logging
from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from orders.gateway import Outcome
from orders.models import Event, Operation, Order, Staff, WebhookDelivery, WebhookEndpoint
from orders.sandbox.server import Sandbox
from orders.services import (
    api_keys,
    attention,
    evidence,
    paid,
    place,
    totals,
    webhook_events,
    webhooks,
)
from orders.services.api_keys import NewKey
from orders.states import Kind, Status
from tests import steps
from tests.factories import OrderFactory, StaffFactory
from tests.services import after_sale, outside
from tests.services.said import said
from tests.services.test_duplicates import charged_twice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    url = "https://shop.example.com/hooks"
    return webhooks.make(actor=StaffFactory(admin=True), name="Shop", url=url)[0]


def told(order: Order) -> list[str]:
    """The types of what was written about the order, in their order."""
    rows = WebhookDelivery.objects.filter(order=order).order_by("sequence")
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        body = json.loads(row.body)
        assert (body["id"], body["type"]) == (row.message_id, row.kind)
        assert body["sequence"] == row.sequence
    return [row.kind.removeprefix("order.") for row in rows]


def approve(operation: Operation, fort_id: str = "169700000000012345") -> None:
    evidence.apply(operation=operation, statement=said(Outcome.APPROVED, fort_id=fort_id))


def test_a_charge_and_its_refunds_are_told(
    supervisor: Staff, gateway: Sandbox, endpoint: WebhookEndpoint
) -> None:
    order = after_sale.charged(supervisor)
    after_sale.act(Kind.REFUND, supervisor, order, 2_500)
    after_sale.act(Kind.REFUND, supervisor, order, 10_000)
    assert told(order) == ["unknown", "charged", "refunded", "refunded"]


def test_a_reservation_and_its_captures_are_told(
    supervisor: Staff, gateway: Sandbox, endpoint: WebhookEndpoint
) -> None:
    order = after_sale.reserved(supervisor)
    after_sale.act(Kind.CAPTURE, supervisor, order, 10_000)
    assert told(order) == ["unknown", "reserved", "captured"]


def test_a_void_is_told(supervisor: Staff, gateway: Sandbox, endpoint: WebhookEndpoint) -> None:
    order = after_sale.reserved(supervisor)
    after_sale.act(Kind.VOID, supervisor, order)
    assert told(order) == ["unknown", "reserved", "voided"]


def test_a_decline_and_marking_as_paid_are_told(
    agent: Staff, gateway: Sandbox, endpoint: WebhookEndpoint
) -> None:
    declined = steps.charge_new(agent, steps.DECLINED_VISA, amount_minor=7_700).order
    assert told(declined) == ["unknown", "declined"]
    order = after_sale.charged(agent)
    paid.mark_paid(actor=agent, order=order)
    paid.mark_paid(actor=agent, order=order)
    assert told(order) == ["unknown", "charged", "paid"]


def test_a_payment_outside_the_gateway_is_told_and_its_taking_back(
    supervisor: Staff, endpoint: WebhookEndpoint
) -> None:
    order = OrderFactory()
    outside.take_back(supervisor, outside.record(supervisor, order))
    assert told(order) == ["paid_outside", "paid_outside_taken_back"]


def test_a_duplicate_is_told_and_that_it_was_given_back(
    supervisor: Staff, gateway: Sandbox, endpoint: WebhookEndpoint
) -> None:
    order, duplicate = charged_twice(supervisor, gateway)
    after_sale.act(Kind.REFUND, supervisor, order, 12_500, charge=duplicate.merchant_reference)
    assert told(order)[-3:] == ["charged", "charged_twice", "duplicate_refunded"]


def test_what_proves_nothing_new_is_not_told(endpoint: WebhookEndpoint) -> None:
    operation = OrderFactory(unknown=True).operations.get()
    statement = said(Outcome.APPROVED, fort_id="169700000000012345")
    for _each in range(3):
        evidence.apply(operation=operation, statement=statement)
    approve(operation)
    totals.recompute(operation.order)
    assert told(operation.order) == ["charged"]


def test_an_address_that_never_heard_of_an_order_is_told_of_its_changes_only(
    endpoint: WebhookEndpoint,
) -> None:
    order = OrderFactory(charged=True)
    totals.recompute(order)
    assert told(order) == []
    paid.mark_paid(actor=order.taken_by, order=order)
    assert told(order) == ["paid"]


def test_each_active_address_is_told_and_no_other(
    endpoint: WebhookEndpoint, agent: Staff, gateway: Sandbox
) -> None:
    admin = endpoint.created_by
    other, _secret = webhooks.make(actor=admin, name="Ledger", url="https://ledger.example.com")
    webhooks.switch(actor=admin, endpoint=endpoint, on=False)
    order = after_sale.charged(agent)
    rows = order.webhooks.values_list("endpoint", "kind").order_by("id")
    assert list(rows) == [(other.pk, "order.unknown"), (other.pk, "order.charged")]


def test_it_tells_what_the_api_tells(
    endpoint: WebhookEndpoint, agent: Staff, gateway: Sandbox, client: Client
) -> None:
    operation = steps.charge_new(agent, reference="Häagen 7")
    _row, key = api_keys.make(
        actor=endpoint.created_by, new_key=NewKey(name="Shop", scopes=["orders:read", "orders:all"])
    )
    answer = client.get(
        f"/api/v1/orders/{operation.order.number}",
        headers={"Authorization": f"Bearer {key}"},
    )
    body = json.loads(WebhookDelivery.objects.order_by("-sequence")[0].body)
    assert body["order"] == answer.json()
    assert body["created_at"].endswith("Z")


def test_it_tells_no_token_and_no_card(
    endpoint: WebhookEndpoint, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.charge_new(agent, keep=True)
    for row in WebhookDelivery.objects.all():
        assert operation.token_name not in row.body
        assert steps.VISA not in row.body
        assert '"expiry"' not in row.body
    assert operation.token_name


def test_what_is_rolled_back_is_not_told(endpoint: WebhookEndpoint) -> None:
    operation = OrderFactory(unknown=True).operations.get()
    with transaction.atomic():
        Operation.objects.filter(pk=operation.pk).update(
            status=Status.APPROVED, fort_id="169700000000012345"
        )
        totals.recompute(operation.order)
        assert WebhookDelivery.objects.exists()
        transaction.set_rollback(True)
    assert not WebhookDelivery.objects.exists()


def test_a_message_that_cannot_be_written_costs_no_proof(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object) -> None:
        raise ValueError

    operation = OrderFactory(unknown=True).operations.get()
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(webhook_events, "whole_facts", broken)
        approve(operation)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert "lacks a webhook" in caplog.text
    event = Event.objects.get(kind="webhook_failed")
    assert event.data == {"webhook": "Shop", "problem": "not_written"}
    [alarm] = attention.alarms(StaffFactory(supervisor=True)).items
    assert alarm.title == "A webhook could not be delivered"
    assert "could not be written" in alarm.to_do


def test_a_statement_that_fails_costs_neither_the_proof_nor_other_addresses(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = webhook_events.write_ping(endpoint).message_id
    url = "https://ledger.example.com"
    other, _secret = webhooks.make(actor=endpoint.created_by, name="Ledger", url=url)
    ids = iter([taken, "msg_new"])
    monkeypatch.setattr(webhook_events, "_new_id", lambda: next(ids))
    operation = OrderFactory(unknown=True).operations.get()
    approve(operation)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert list(operation.order.webhooks.values_list("endpoint", flat=True)) == [other.pk]
    assert Event.objects.get(kind="webhook_failed").data["webhook"] == "Shop"


@pytest.mark.parametrize("is_usable", [True, False])
def test_only_a_database_that_is_away_stops_the_proof(
    endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch, is_usable: bool
) -> None:
    def locked(*_given: object) -> None:
        raise OperationalError

    operation = OrderFactory(unknown=True).operations.get()
    with monkeypatch.context() as patch:
        patch.setattr(webhook_events, "whole_facts", locked)
        patch.setattr(connection, "is_usable", lambda: is_usable)
        with nullcontext() if is_usable else pytest.raises(OperationalError):
            approve(operation)
    operation.refresh_from_db()
    assert (operation.status == Status.APPROVED) is is_usable


def test_what_changes_while_nobody_is_told_costs_one_question_of_its_own(
    django_assert_num_queries: object, settings: Settings
) -> None:
    order = OrderFactory(charged=True)
    with django_assert_num_queries(7):  # type: ignore[operator]
        totals.recompute(order)


def test_the_words_do_not_depend_on_who_acts(endpoint: WebhookEndpoint, settings: Settings) -> None:
    with webhook_events.translation.override("ar"):
        operation = OrderFactory(unknown=True).operations.get()
        decline = said(Outcome.DECLINED, response_code="13666")
        evidence.apply(operation=operation, statement=decline)
    body = json.loads(WebhookDelivery.objects.get().body)
    assert body["order"]["operations"][0]["meaning"].isascii()


def test_a_prepared_charge_that_is_given_up_changes_nothing(
    agent: Staff, endpoint: WebhookEndpoint
) -> None:
    operation = steps.place_new(agent)
    place.cancel(actor=agent, operation=operation)
    assert told(operation.order) == []
