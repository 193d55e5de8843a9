"""What the tests of the pages of webhooks share."""

import re

import pytest
from django.http import HttpResponse

from orders import clock
from orders.models import Order, Staff, WebhookDelivery, WebhookEndpoint
from orders.services import totals, webhooks
from tests.factories import OrderFactory

PAGES = """
    /webhooks/ /webhooks/new/ /webhooks/{pk}/ /webhooks/{pk}/edit/ /webhooks/{pk}/rotate/
    /webhooks/{pk}/replay/ /webhooks/messages/{message}/
""".split()
ACTS = "/webhooks/{pk}/switch/ /webhooks/{pk}/ping/ /webhooks/messages/{message}/again/".split()
every_page = pytest.mark.parametrize("page", PAGES)
every_act = pytest.mark.parametrize("act", ACTS)
URL = "https://shop.example.com/hooks"


def made(admin: Staff, name: str = "Shop") -> WebhookEndpoint:
    return webhooks.make(actor=admin, name=name, url=URL)[0]


def message_of(endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A message about an order that was marked as paid."""
    order = OrderFactory(charged=True)
    Order.objects.filter(pk=order.pk).update(paid_at=clock.now())
    order.refresh_from_db()
    totals.recompute(order)
    return WebhookDelivery.objects.get(endpoint=endpoint, order=order)


def address(page: str, endpoint: WebhookEndpoint) -> str:
    message = WebhookDelivery.objects.filter(endpoint=endpoint).first() or message_of(endpoint)
    return page.format(pk=endpoint.pk, message=message.pk)


def shown(answer: HttpResponse) -> str:
    """The secret on the page."""
    found = re.search(r'id="secret" value="(whsec_[A-Za-z0-9+/=]{44})"', answer.content.decode())
    return found[1] if found else ""
