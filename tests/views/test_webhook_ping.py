"""A test message."""

import pytest

from orders.models import Staff, WebhookDelivery
from orders.services import webhooks
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.webhook_pages import made

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_its_page_comes_next(admin: Staff) -> None:
    row = made(admin)
    answer = signed_in(admin).post(f"/webhooks/{row.pk}/ping/", follow=True)
    message = WebhookDelivery.objects.get(kind="ping")
    assert answer.redirect_chain == [(f"/webhooks/messages/{message.pk}/", 303)]
    assert "The test is on its way" in words(answer)


def test_a_disabled_webhook_is_not_tested(admin: Staff) -> None:
    row = made(admin)
    webhooks.switch(actor=admin, endpoint=row, on=False)
    answer = signed_in(admin).post(f"/webhooks/{row.pk}/ping/", follow=True)
    assert "Enable it first" in words(answer)
    assert not WebhookDelivery.objects.exists()
