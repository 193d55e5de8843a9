"""The card is back; one press sends the charge, and no second one does."""

import pytest

from orders.models import Operation
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_the_card_that_came_back_is_charged(gateway: Sandbox) -> None:
    operation = _with_card()
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert "Your payment of AED 125.00 is approved." in words(answer)


def test_second_press_does_not_charge_twice_and_shows_the_result(gateway: Sandbox) -> None:
    operation = _with_card()
    client = signed_in(operation.actor)
    client.post(*_form(operation))
    answer = client.post(*_form(operation), follow=True)
    assert "Approved" in words(answer)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_a_decline_is_shown_with_its_words(gateway: Sandbox) -> None:
    operation = _with_card(steps.DECLINED_VISA)
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    assert "Your bank did not approve this card." in words(answer)
    assert "Another card" in words(answer)


def test_an_answer_that_proves_nothing_is_shown_as_unknown(gateway: Sandbox) -> None:
    operation = _with_card(steps.UNCERTAIN_VISA)
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    assert "We do not know yet" in words(answer)
    operation.order.refresh_from_db()
    assert operation.order.status == OrderStatus.UNKNOWN


def test_a_form_of_an_older_try_sends_nothing(gateway: Sandbox) -> None:
    operation = _with_card()
    url, _fields = _form(operation)
    signed_in(operation.actor).post(url, {"reference": f"{operation.order.number}-9"})
    operation.refresh_from_db()
    assert operation.status == Status.PREPARED


def test_what_the_gateway_would_refuse_is_said_and_not_sent(gateway: Sandbox) -> None:
    operation = _with_card(currency="KWD", amount_minor=250_501)
    answer = signed_in(operation.actor).post(*_form(operation), follow=True)
    assert "Visa takes this currency only with a last decimal of 0." in words(answer)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_somebody_elses_charge_is_not_found(gateway: Sandbox) -> None:
    operation = _with_card()
    other = signed_in(StaffFactory(agent=True))
    assert other.post(*_form(operation)).status_code == 404


def test_looking_at_the_address_charges_nothing(gateway: Sandbox) -> None:
    operation = _with_card()
    assert signed_in(operation.actor).get(_form(operation)[0]).status_code == 405


def test_a_form_from_another_site_is_refused(gateway: Sandbox) -> None:
    operation = _with_card()
    attacked = signed_in(operation.actor, checks_csrf=True)
    assert attacked.post(*_form(operation)).status_code == 403


def _with_card(number: str = steps.VISA, **changes: object) -> Operation:
    return steps.enter_card(steps.place_new(StaffFactory(agent=True), **changes), number)


def _form(operation: Operation) -> tuple[str, dict[str, str]]:
    url = f"/orders/{operation.order.number}/charge/"
    return url, {"reference": operation.merchant_reference}
