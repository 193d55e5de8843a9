"""Asking what became of a charge: it may settle it, and never charges."""

import pytest
from pytest_django.asserts import assertNotContains

from orders.models import Operation
from orders.sandbox.server import Sandbox
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db

LOST_ANSWER = 10_830  # the stand-in takes the money and the answer is lost
BY_SCRIPT = {"X-Requested-By": "poll"}


def test_asking_finds_the_charge_whose_answer_was_lost(gateway: Sandbox) -> None:
    operation = _unknown()
    answer = signed_in(operation.actor).post(_url(operation), follow=True)
    assert "Your payment of AED 108.30 is approved." in words(answer)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_the_script_gets_the_piece_of_the_page_that_changed(gateway: Sandbox) -> None:
    operation = _unknown()
    answer = signed_in(operation.actor).post(_url(operation), headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert "Approved" in words(answer)
    assertNotContains(answer, "<html")


def test_an_order_that_is_settled_is_not_asked_about(gateway: Sandbox) -> None:
    operation = steps.charge_new(StaffFactory(agent=True))
    signed_in(operation.actor).post(_url(operation))
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 0


def test_a_gateway_that_is_away_leaves_it_unknown(gateway: Sandbox, settings: object) -> None:
    operation = _unknown()
    settings.APS_API_URL = "http://127.0.0.1:9/FortAPI/paymentApi"
    answer = signed_in(operation.actor).post(_url(operation), follow=True)
    operation.refresh_from_db()
    assert operation.status == Status.UNKNOWN
    assert "We do not know yet" in words(answer)


def test_an_auditor_may_not_ask(gateway: Sandbox) -> None:
    auditor = signed_in(StaffFactory(auditor=True))
    assert auditor.post(_url(_unknown())).status_code == 403


def test_somebody_elses_order_is_not_found(gateway: Sandbox) -> None:
    other = signed_in(StaffFactory(agent=True))
    assert other.post(_url(_unknown())).status_code == 404


def _unknown() -> Operation:
    operation = steps.charge_new(StaffFactory(agent=True), amount_minor=LOST_ANSWER)
    assert operation.status == Status.UNKNOWN
    return operation


def _url(operation: Operation) -> str:
    return f"/orders/{operation.order.number}/ask/"
