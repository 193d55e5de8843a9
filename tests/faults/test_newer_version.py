"""Fault 66: a later version of the office runs beside this one and writes what it does not know."""

import pytest
from django.test import Client

from orders.errors import Conflict
from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, charge, place, resend, resolve
from tests.factories import OperationFactory, OrderFactory

pytestmark = pytest.mark.django_db
NEWER = "thawing"


@pytest.fixture
def order(supervisor: Staff) -> Order:
    """An open order whose one charge stands where only a later version knows."""
    order = OrderFactory(taken_by=supervisor)
    OperationFactory(order=order, sent=True, status=NEWER, stored_card=None)
    return order


def test_fault_66_status_of_a_newer_version_is_shown_and_nothing_offered(
    client: Client, supervisor: Staff, order: Order
) -> None:
    client.force_login(supervisor)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Not known to this version" in page
    assert f"/orders/{order.number}/charge/" not in page
    assert f"/orders/{order.number}/card/" not in page
    Order.objects.filter(pk=order.pk).update(status=NEWER)
    for address in (order.get_absolute_url(), "/orders/", order.customer.get_absolute_url()):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "Not known to this version" in answer.content.decode()


def test_fault_66_status_of_a_newer_version_lets_nothing_be_charged(
    supervisor: Staff, order: Order, gateway: Sandbox
) -> None:
    order.operations.update(token_name=gateway.make_token())
    operation = order.operations.get()
    with pytest.raises(Conflict):
        place.prepare_charge(actor=supervisor, form_key=place.new_form_key(), order=order)
    with pytest.raises(Conflict):
        charge.charge(actor=supervisor, operation=operation)
    with pytest.raises(Conflict):
        resend.resend(actor=supervisor, operation=operation)
    older = OperationFactory(order=order, sent=True, status="not_charged")
    with pytest.raises(Conflict):
        resend.resend(actor=supervisor, operation=older)
    assert ask.ask(operation=operation) == operation
    resolve.once()
    operation.refresh_from_db()
    assert (operation.status, operation.token_retired_at) == (NEWER, None)
    assert not [one for one in gateway.requests if one.get("command") == "PURCHASE"]


def test_fault_66_order_of_a_newer_version_takes_no_charge(agent: Staff) -> None:
    order = OrderFactory(status=NEWER)
    with pytest.raises(Conflict):
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)
    assert not order.operations.exists()
