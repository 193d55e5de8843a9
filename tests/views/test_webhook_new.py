"""Registering a webhook: its secret is shown once."""

import pytest

from orders.models import Staff, WebhookEndpoint
from orders.services import webhook_secrets
from tests.factories import StaffFactory
from tests.views.order_pages import words
from tests.views.test_order_refund import proven
from tests.views.webhook_pages import URL, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_the_secret_is_shown_once(admin: Staff) -> None:
    client = proven(admin)
    answer = client.post("/webhooks/new/", {"name": "Shop", "url": URL})
    row = WebhookEndpoint.objects.get()
    assert [shown(answer)] == webhook_secrets.held(row)
    assert shown(answer) not in client.get(f"/webhooks/{row.pk}/").content.decode()
    assert answer["Cache-Control"].find("no-store") >= 0


def test_the_same_form_twice_registers_one(admin: Staff) -> None:
    client, form = proven(admin), {"name": "Shop", "url": URL}
    client.post("/webhooks/new/", form)
    assert "A webhook of this name exists." in words(client.post("/webhooks/new/", form))
    assert WebhookEndpoint.objects.count() == 1


def test_an_address_of_a_private_network_is_refused_at_its_field(admin: Staff) -> None:
    form = {"name": "Shop", "url": "https://169.254.169.254/latest/meta-data/"}
    answer = proven(admin).post("/webhooks/new/", form)
    assert "private network" in words(answer)
    assert not WebhookEndpoint.objects.exists()
