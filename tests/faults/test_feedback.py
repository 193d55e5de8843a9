"""Faults 51 to 60: what the gateway says by itself. ``docs/faults.md`` names the tests of each."""

import json

import pytest
from django.test import Client

from orders import counters
from orders.models import Evidence, Operation
from orders.services import feedback
from orders.states import Status
from tests.factories import OperationFactory
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
