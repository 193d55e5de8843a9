"""Faults 51 to 60: what the gateway says by itself. ``docs/faults.md`` names the tests of each."""

import json
from itertools import permutations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from orders import counters
from orders.models import Event, Evidence, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import attention, feedback
from orders.states import Kind, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory
from tests.services.test_feedback import message, settled
from tests.together import together

ADDRESS = "/gateway/feedback/"


def post(fields: dict[str, str]) -> int:
    """The status of the answer to one delivery."""
    client = Client(raise_request_exception=False)
    return client.post(ADDRESS, json.dumps(fields), "application/json").status_code


def test_fault_52_fifty_deliveries_at_once_have_one_effect(transactional_db: None) -> None:
    operation = OperationFactory(sent=True)
    fields = message(operation)
    answers = together(*[lambda: post(fields)] * 50)
    # SQLite may be too busy for some, which the gateway delivers again.
    assert {200} <= set(answers) <= {200, 500}
    assert settled(operation).status == Status.APPROVED
    assert Evidence.objects.filter(operation=operation).count() == 1
    assert operation.order.events.filter(kind="purchase_approved").count() == 1


def test_fault_58_flood_of_forgeries_is_counted_and_not_kept(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "NOTED_A_DAY", 5)
    operation = OperationFactory(unknown=True)
    for number in range(20):
        forged = message(operation) | {"signature": f"{number:064d}"}
        assert post(forged) == 403
    assert Evidence.objects.filter(verified=False).count() == 5
    assert counters.today(counters.MESSAGES) == 20
    assert post(message(operation)) == 200
    assert Operation.objects.get(pk=operation.pk).status == Status.APPROVED


def test_fault_51_message_that_comes_before_our_own_answer_counts_once(
    transactional_db: None, agent: Staff, live_server: LiveServer, gateway: Sandbox
) -> None:
    gateway.set(feedback="first")
    operation = steps.charge_new(agent)
    assert operation.status == Status.APPROVED
    sources = set(operation.evidence.values_list("source", flat=True))
    assert sources == {"card_return", "feedback", "reply"}
    assert operation.order.events.filter(kind="purchase_approved").count() == 1
    assert not operation.order.events.filter(kind__in=["contradiction", "mismatch"]).exists()


@pytest.mark.parametrize(
    "change",
    [{"merchant_identifier": "Another"}, {"access_code": "another0000000000000"}],
    ids=["another account", "another access"],
)
def test_fault_54_message_to_another_account_has_no_effect(
    db: None, change: dict[str, str]
) -> None:
    operation = OperationFactory(unknown=True)
    assert post(message(operation, **change)) == 403
    assert settled(operation).status == Status.UNKNOWN


def test_fault_54_message_of_another_environment_has_no_effect(
    db: None, settings: Settings
) -> None:
    operation = OperationFactory(unknown=True)
    fields = message(operation)
    settings.APS_SHA_RESPONSE_PHRASE = "the phrase of the live account"
    assert post(fields) == 403
    assert settled(operation).status == Status.UNKNOWN


def test_fault_54_whole_history_replayed_in_any_order_changes_nothing(db: None) -> None:
    order = OrderFactory()
    first = OperationFactory(order=order, sent=True, status="declined", response_code="13666")
    second = OperationFactory(order=order, unknown=True)
    history = [
        message(first, response_code="13666", status="13"),
        message(second),
        message(second, response_message="Success again"),
    ]
    for fields in history:
        assert post(fields) == 200
    before = _rows()
    for times in permutations(history):
        assert [post(fields) for fields in times] == [200] * 3
    assert _rows() == before


@pytest.mark.parametrize("places", list(permutations(range(3))), ids=str)
def test_fault_55_messages_in_any_order_lose_nothing(db: None, places: tuple[int, ...]) -> None:
    order = OrderFactory()
    first = OperationFactory(order=order, sent=True, status="declined", response_code="13666")
    second = OperationFactory(order=order, unknown=True)
    history = [
        message(first, response_code="13666", status="13"),
        message(second),
        message(
            second, command="REFUND", response_code="06000", status="06", amount="100",
            maintenance_reference="R-1",
        ),
    ]  # fmt: skip
    for place in places:
        assert post(history[place]) == 200
    order.refresh_from_db()
    assert (settled(first).status, settled(second).status) == ("declined", "approved")
    # Nobody here asked for the refund: it was made at the gateway, and counts once where its charge
    # is proven. One that comes before is kept for a person, and neither is ever lost.
    is_known = places.index(1) < places.index(2)
    assert order.captured_minor == second.amount_minor
    assert order.refunded_minor == (100 if is_known else 0)
    assert order.operations.filter(kind=Kind.REFUND, is_external=True).count() == is_known
    waiting = Evidence.objects.filter(reason="unknown_reference", operation=None)
    assert waiting.count() == (not is_known)


def test_fault_60_refund_made_in_the_gateways_own_office_counts_here_once(
    db: None, supervisor: Staff
) -> None:
    operation = OrderFactory(charged=True).operations.get()
    fields = message(
        operation, command="REFUND", response_code="06000", status="06", amount="100",
        maintenance_reference="DASHBOARD-1",
    )  # fmt: skip
    for _time in range(2):
        assert post(fields) == 200
    order = settled(operation).order
    assert (order.captured_minor, order.refunded_minor) == (operation.amount_minor, 100)
    refund = order.operations.get(kind=Kind.REFUND)
    assert (refund.is_external, refund.status, refund.actor) == (True, Status.APPROVED, None)
    assert attention.strangers(supervisor).items == []


def test_fault_60_refund_there_that_cannot_be_of_the_charge_waits_for_a_person(
    client: Client, db: None, supervisor: Staff
) -> None:
    operation = OrderFactory(charged=True).operations.get()
    other = "USD" if operation.currency != "USD" else "AED"
    fields = message(
        operation, command="REFUND", response_code="06000", status="06", amount="100",
        currency=other,
    )  # fmt: skip
    assert post(fields) == 200
    order = settled(operation).order
    assert (order.captured_minor, order.refunded_minor) == (operation.amount_minor, 0)
    client.force_login(supervisor)
    assert operation.merchant_reference in client.get("/attention/").content.decode()


def _rows() -> list[list[dict[str, object]]]:
    """Every row that a message may change."""
    return [list(model.objects.order_by("pk").values()) for model in (Operation, Order, Event)]
