"""While nobody knows what became of a charge, its page offers nothing that charges, and whatever is
posted all the same is refused: by the agent, by a colleague, by a supervisor.
"""

import re

import pytest
from django.test import Client

from orders.models import Operation, Order
from orders.sandbox.server import Sandbox
from orders.services import place
from orders.states import OrderStatus
from tests import steps
from tests.factories import OperationFactory, OrderFactory, StaffFactory, StoredCardFactory
from tests.views.order_pages import signed_in

pytestmark = pytest.mark.django_db

LOST_ANSWER = 10_830  # the stand-in takes the money and the answer is lost
CHARGES = ["PURCHASE", "AUTHORIZATION"]
SAFE = {"ask/"}  # what the page may offer of its own order: a question


@pytest.fixture(params=["unknown", "sending"])
def operation(request: pytest.FixtureRequest, gateway: Sandbox) -> Operation:
    """A charge whose answer was lost, or one that another process is sending right now."""
    agent = StaffFactory(agent=True)
    if request.param == "unknown":
        return steps.charge_new(agent, amount_minor=LOST_ANSWER)
    order = OrderFactory(status=OrderStatus.UNKNOWN, taken_by=agent)
    return OperationFactory(order=order, sent=True, actor=agent)


@pytest.fixture(params=["agent", "supervisor"])
def person(request: pytest.FixtureRequest, operation: Operation) -> Client:
    is_agent = request.param == "agent"
    assert operation.actor
    return signed_in(operation.actor if is_agent else StaffFactory(supervisor=True))


def test_the_page_offers_a_question_and_nothing_else(operation: Operation, person: Client) -> None:
    page = person.get(operation.order.get_absolute_url()).content.decode()
    own = re.escape(operation.order.get_absolute_url())
    assert set(re.findall(f'action="{own}([^"]*)"', page)) <= SAFE
    assert not re.findall(f'href="{own}[^"]+"', page)


@pytest.mark.parametrize("path", ["charge/", "resend/", "card/", "card/cancel/", "paid/"])
def test_what_the_page_does_not_offer_is_refused(
    operation: Operation, person: Client, gateway: Sandbox, path: str
) -> None:
    before = _rows(operation.order)
    sent = _sent(operation, gateway)
    card = StoredCardFactory(customer=operation.order.customer, token_name=gateway.make_token())
    forged = {
        "reference": operation.merchant_reference,
        "resends": operation.resends,
        "form_key": place.new_form_key(),
        "card": card.pk,
        "charge": "1",
    }
    answer = person.post(operation.order.get_absolute_url() + path, forged)
    assert answer.status_code in {302, 303, 409, 422}
    assert _rows(operation.order) == before
    assert _sent(operation, gateway) == sent


def test_the_card_page_leads_back_to_the_order(operation: Operation, person: Client) -> None:
    answer = person.get(f"{operation.order.get_absolute_url()}card/")
    assert answer.headers["Location"] == operation.order.get_absolute_url()


def _sent(operation: Operation, gateway: Sandbox) -> list[int]:
    return [gateway.count(operation.merchant_reference, command) for command in CHARGES]


def _rows(order: Order) -> list[object]:
    """What is charged, and what may be charged, of the order."""
    operations = order.operations.values_list("pk", "status", "resends")
    return [*operations, *Order.objects.filter(pk=order.pk).values_list("status", "paid_at")]
