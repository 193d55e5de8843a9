"""What the database itself refuses of webhooks, whoever writes there."""

import pytest

from orders import clock
from orders.models import Order, WebhookDelivery, WebhookEndpoint
from orders.states import WebhookState
from tests.factories import OrderFactory, StaffFactory
from tests.models.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(
        name="Shop", url="https://shop.example.com", secret="x", created_by=StaffFactory(admin=True)
    )


@pytest.fixture
def order() -> Order:
    return OrderFactory()


def message(endpoint: WebhookEndpoint, order: Order | None, **changes: object) -> WebhookDelivery:
    values = {
        "endpoint": endpoint,
        "order": order,
        "sequence": 1 if order else 0,
        "message_id": f"msg_{WebhookDelivery.objects.count()}",
        "kind": "order.paid" if order else "ping",
        "body": "{}",
    }
    return WebhookDelivery.objects.create(**values | changes)


def test_messages_about_an_order_are_numbered_for_each_address(
    endpoint: WebhookEndpoint, order: Order
) -> None:
    message(endpoint, order)
    message(endpoint, order, sequence=2)
    with refused("webhooks_of_an_order_are_numbered", "sequence"):
        message(endpoint, order)
    message(endpoint, OrderFactory())


def test_an_id_stands_for_one_message(endpoint: WebhookEndpoint, order: Order) -> None:
    message(endpoint, order, message_id="msg_a")
    with refused("message_id"):
        message(endpoint, order, sequence=2, message_id="msg_a")


@pytest.mark.parametrize(
    "changes", [{"kind": "ping"}, {"sequence": 0}, {"kind": "ping", "sequence": 0}]
)
def test_a_message_is_about_an_order_or_a_test(
    endpoint: WebhookEndpoint, order: Order, changes: dict[str, object]
) -> None:
    message(endpoint, None)
    with refused("a_webhook_is_about_an_order"):
        message(endpoint, order, **changes)


def test_only_what_waits_is_due(endpoint: WebhookEndpoint, order: Order) -> None:
    message(endpoint, order, due_at=clock.now())
    with refused("only_a_waiting_webhook_is_due"):
        message(endpoint, order, sequence=2, state=WebhookState.FAILED, due_at=clock.now())


def test_what_was_delivered_has_a_time(endpoint: WebhookEndpoint, order: Order) -> None:
    with refused("a_delivered_webhook_has_a_time"):
        message(endpoint, order, state=WebhookState.DELIVERED)


def test_what_waits_has_its_body(endpoint: WebhookEndpoint, order: Order) -> None:
    message(endpoint, order, state=WebhookState.FAILED, body="")
    with refused("a_waiting_webhook_has_its_body"):
        message(endpoint, order, sequence=2, body="")


def test_an_old_secret_has_an_end(endpoint: WebhookEndpoint) -> None:
    endpoint.old_secret = "y"
    with refused("old_webhook_secret_has_an_end"):
        endpoint.save()


def test_a_name_is_that_of_one_address(endpoint: WebhookEndpoint) -> None:
    with refused("name"):
        WebhookEndpoint.objects.create(name="Shop", secret="x", created_by=endpoint.created_by)
