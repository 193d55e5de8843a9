"""What was surely not charged may be sent again: the same row and reference, once a press."""

from datetime import timedelta

import pytest

from orders import clock
from orders.gateway import Outcome
from orders.models import Operation
from orders.sandbox.server import Sandbox
from orders.services import charge, evidence
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.said import said
from tests.views.order_pages import look, signed_in, words

pytestmark = pytest.mark.django_db

LOST = 10_930  # not charged, dropped; the same reference works when it is sent again


def test_the_button_sends_the_same_again(gateway: Sandbox) -> None:
    operation = _not_charged()
    assert "Send the same again" in look(operation.order)
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    assert "Your payment of AED 109.30 is approved." in words(answer)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 2


def test_a_second_press_sends_nothing_more(gateway: Sandbox) -> None:
    operation = _not_charged()
    client = signed_in(operation.actor)
    client.post(*_form(operation))
    client.post(*_form(operation))
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 2


def test_fault_11_forged_press_while_unknown_sends_nothing(gateway: Sandbox) -> None:
    operation = _unknown()
    assert "Send the same again" not in look(operation.order)
    signed_in(operation.actor).post(*_form(operation))
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_a_card_that_was_forgotten_is_not_offered(gateway: Sandbox) -> None:
    operation = _not_charged()
    Operation.objects.filter(pk=operation.pk).update(token_retired_at=clock.now())
    assert "Send the same again" not in look(operation.order)
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    assert "This card is not kept any more." in words(answer)


def test_others_may_not(gateway: Sandbox) -> None:
    operation = _not_charged()
    assert signed_in(StaffFactory(auditor=True)).post(*_form(operation)).status_code == 403
    assert signed_in(StaffFactory(agent=True)).post(*_form(operation)).status_code == 404
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def _unknown() -> Operation:
    agent = StaffFactory(agent=True)
    card = steps.stored_card(agent)
    return charge.proceed(steps.place_stored(agent, card, amount_minor=LOST))


def _not_charged() -> Operation:
    operation = _unknown()
    for minutes in (1, 10, 20):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            operation = evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND))
    assert operation.status == Status.NOT_CHARGED
    return operation


def _form(operation: Operation) -> tuple[str, dict[str, str]]:
    url = f"/orders/{operation.order.number}/resend/"
    return url, {"reference": operation.merchant_reference, "resends": "0"}
