import json
import urllib.parse

import pytest
from django.db import OperationalError
from django.test import Client

from orders.models import Evidence
from orders.services import feedback
from orders.states import Status
from tests.factories import OperationFactory
from tests.services.test_feedback import message

ADDRESS = "/gateway/feedback/"


def test_a_signed_message_is_acknowledged_once_it_counts(client: Client, db: None) -> None:
    operation = OperationFactory(unknown=True)
    answer = client.post(ADDRESS, json.dumps(message(operation)), "application/json")
    operation.refresh_from_db()
    assert (answer.status_code, operation.status) == (200, Status.APPROVED)


def test_fault_59_message_as_a_form_is_taken_too(client: Client, db: None) -> None:
    operation = OperationFactory(unknown=True)
    body = urllib.parse.urlencode(message(operation))
    answer = client.post(ADDRESS, body, "application/x-www-form-urlencoded")
    operation.refresh_from_db()
    assert (answer.status_code, operation.status) == (200, Status.APPROVED)


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "{", '{"a":1}', "\x00", "a=b&a=c"])
def test_whatever_is_not_the_gateways_is_refused(client: Client, db: None, body: str) -> None:
    answer = client.post(ADDRESS, body, "application/json")
    assert answer.status_code == 403
    assert not Evidence.objects.filter(verified=True).exists()


def test_a_message_is_not_acknowledged_when_the_database_is_away(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_given: object) -> None:
        raise OperationalError

    monkeypatch.setattr(feedback.evidence, "apply", away)
    client.raise_request_exception = False
    operation = OperationFactory(unknown=True)
    answer = client.post(ADDRESS, json.dumps(message(operation)), "application/json")
    assert answer.status_code == 500


def test_it_cannot_be_looked_at(client: Client, db: None) -> None:
    assert client.get(ADDRESS).status_code == 405
