"""An alarm is closed by a person with a reason, and never in silence."""

import pytest
from django.test import Client

from orders.gateway import Outcome
from orders.models import Acknowledgement, Event, Evidence
from orders.services import evidence
from tests.factories import OrderFactory, StaffFactory
from tests.services.said import said
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def alarm() -> Event:
    order = OrderFactory(charged=True)
    evidence.apply(operation=order.operations.get(), statement=said(Outcome.DECLINED))
    return order.events.get(kind="contradiction")


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory(supervisor=True))


def test_an_alarm_is_closed_with_a_reason(client: Client, alarm: Event) -> None:
    page = client.get(_url(alarm))
    assert alarm.order.number in words(page)
    answer = client.post(_url(alarm), {"reason": "Their books agree"}, follow=True)
    assert "Closed, with your name and reason." in words(answer)
    assert Acknowledgement.objects.get().event == alarm


@pytest.mark.parametrize("reason", ["", "ok"])
def test_without_a_reason_nothing_is_closed(client: Client, alarm: Event, reason: str) -> None:
    page = client.post(_url(alarm), {"reason": reason})
    assert "Say why, in a few words." in words(page)
    assert not Acknowledgement.objects.exists()


def test_a_message_is_closed_with_a_reason(client: Client) -> None:
    message = Evidence.objects.create(source="feedback", verified=True, digest="1")
    client.post(f"/attention/message/{message.pk}/close/", {"reason": "The shop's own charge"})
    assert Acknowledgement.objects.get().evidence == message


def test_what_is_closed_or_no_alarm_is_not_found(client: Client, alarm: Event) -> None:
    client.post(_url(alarm), {"reason": "Their books agree"})
    assert client.get(_url(alarm)).status_code == 404
    assert client.get(f"/attention/message/{alarm.pk}/close/").status_code == 404
    assert client.get(f"/attention/other/{alarm.pk}/close/").status_code == 404


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(alarm: Event, role: str) -> None:
    other = signed_in(StaffFactory(role=role))
    assert other.post(_url(alarm), {"reason": "Because I say so"}).status_code == 403
    assert not Acknowledgement.objects.exists()


def _url(alarm: Event) -> str:
    return f"/attention/alarm/{alarm.pk}/close/"
