"""Figures for a monitor that knows the token, and for nobody else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import WebhookDelivery
from orders.services import breaker, receipts
from orders.services.heartbeat import WORKER, Heart
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.views.webhook_pages import made, message_of

pytestmark = pytest.mark.django_db
BEARER = {"Authorization": "Bearer a-long-secret"}


def test_a_monitor_reads_how_long_the_oldest_charge_has_waited(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "a-long-secret"
    OperationFactory(unknown=True)
    Heart().beat()
    told = client.get("/metrics", headers=BEARER).content.decode()
    assert "motooffice_unsettled_charges 1\n" in told
    assert "# TYPE motooffice_oldest_unsettled_seconds gauge\n" in told
    assert "motooffice_resolvers_alive 1\n" in told
    assert "motooffice_gateway_away 0\n" in told
    assert "motooffice_on_wire_of_this_process 0\n" in told


def test_a_monitor_reads_how_long_receipts_wait_and_whether_anybody_sends_them(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "a-long-secret"
    with clock.at(clock.now() - timedelta(minutes=9)):
        for _each in range(2):
            receipts.follow(OrderFactory(charged=True, receipt_address="aisha@example.com"))
    told = client.get("/metrics", headers=BEARER).content.decode()
    assert "motooffice_receipts_waiting 2\n" in told
    assert re.search("motooffice_oldest_waiting_receipt_seconds 5[34][0-9]\n", told)
    assert "motooffice_workers_alive 0\n" in told
    Heart(WORKER).beat()
    told = client.get("/metrics", headers=BEARER).content.decode()
    assert "motooffice_workers_alive 1\n" in told
    assert "motooffice_resolvers_alive 0\n" in told


def test_a_monitor_reads_how_long_webhooks_wait(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "a-long-secret"
    admin = StaffFactory(admin=True)
    message_of(made(admin))
    WebhookDelivery.objects.update(since=clock.now() - timedelta(minutes=9))
    told = client.get("/metrics", headers=BEARER).content.decode()
    assert "motooffice_webhooks_waiting 1\n" in told
    assert re.search("motooffice_oldest_waiting_webhook_seconds 5[34][0-9]\n", told)


def test_a_monitor_reads_that_the_gateway_is_away(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.RESOLVE_BREAKER_AFTER = "a-long-secret", 2
    for _each in range(2):
        breaker.heard(answered=False)
    told = client.get("/metrics", headers=BEARER).content.decode()
    assert "motooffice_gateway_away 1\n" in told
    assert "motooffice_gateway_silences 2\n" in told
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("a-long-secret", {}),
        ("a-long-secret", {"Authorization": "Bearer another"}),
        ("", {"Authorization": "Bearer "}),
    ],
)
def test_whoever_lacks_the_token_finds_nothing(
    client: Client, settings: Settings, token: str, headers: dict[str, str]
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers).status_code == 404
