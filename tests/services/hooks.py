"""Steps for tests of webhooks: register a receiver, have the worker send, look again."""

from collections.abc import Callable

from django.db import connection
from pytest_django.fixtures import Settings

from orders.models import Staff, WebhookDelivery, WebhookEndpoint
from orders.services import webhooks
from orders.services.background import Background
from tests.factories import StaffFactory
from tests.webhooks.receiver import Receiver


def allow_loopback(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_TARGETS = ["127.0.0.0/8"]


def registered(
    receiver: Receiver, name: str = "Shop", actor: Staff | None = None
) -> tuple[WebhookEndpoint, str]:
    """The receiver's address, registered, and its secret."""
    return webhooks.make(actor=actor or StaffFactory(admin=True), name=name, url=receiver.url)


def worked_off() -> None:
    """All that is due is sent, and nothing else."""
    Background().round()


def now(delivery: WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery.objects.select_related("endpoint").get(pk=delivery.pk)


def answering(status: int, *, after: Callable[[], object]) -> Callable[[], int]:
    """An answer of the receiver, while whose message is on its way something happens."""

    def answer() -> int:
        try:
            after()
        finally:
            connection.close()  # of the receiver's own thread
        return status

    return answer
