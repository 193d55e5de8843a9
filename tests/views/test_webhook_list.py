"""The list of webhooks, and who may see any page of theirs."""

from datetime import timedelta

import pytest
from django.test import Client

from orders import clock
from orders.models import Staff, WebhookEndpoint
from orders.services import webhooks
from tests.factories import StaffFactory
from tests.views.order_pages import signed_in, words
from tests.views.test_order_refund import proven
from tests.views.webhook_pages import URL, address, every_act, every_page, made

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Staff:
    return StaffFactory(admin=True)


def test_the_list_tells_how_each_is_doing(admin: Staff) -> None:
    made(admin)
    said = words(signed_in(admin).get("/webhooks/"))
    assert "Nothing sent yet" in said
    assert URL in said
    WebhookEndpoint.objects.update(last_success_at=clock.now())
    assert "Arrives" in words(signed_in(admin).get("/webhooks/"))
    WebhookEndpoint.objects.update(last_problem="timeout")
    assert "Failing" in words(signed_in(admin).get("/webhooks/"))


def test_active_ones_come_first(admin: Staff) -> None:
    webhooks.switch(actor=admin, endpoint=made(admin, "A shop"), on=False)
    made(admin, "Z ledger")
    said = words(signed_in(admin).get("/webhooks/"))
    assert said.index("Z ledger") < said.index("A shop")
    assert "Disabled" in said


def test_an_empty_list_says_what_a_webhook_is_for(admin: Staff) -> None:
    assert "No webhooks yet" in words(signed_in(admin).get("/webhooks/"))


@pytest.mark.parametrize("role", ["agent", "clerk", "supervisor", "auditor"])
@every_page
def test_nobody_but_an_admin_opens_a_page_of_them(admin: Staff, role: str, page: str) -> None:
    path = address(page, made(admin))
    client = proven(StaffFactory(**{role: True}))
    assert client.get(path).status_code == client.post(path).status_code == 403
    assert 'href="/webhooks/"' not in client.get("/", follow=True).content.decode()


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor"])
@every_act
def test_nobody_but_an_admin_acts(admin: Staff, role: str, act: str) -> None:
    path = address(act, made(admin))
    assert proven(StaffFactory(**{role: True})).post(path).status_code == 403
    assert signed_in(admin).get(path).status_code == 405


@every_page
def test_addresses_and_secrets_are_changed_only_soon_after_a_password(
    admin: Staff, page: str
) -> None:
    path, client = address(page, made(admin)), proven(admin)
    assert client.get(path).status_code == 200
    with clock.at(clock.now() + timedelta(minutes=1)):
        stale = Client()
        stale.force_login(admin)
        answer = stale.get(path)
    needed = page.endswith(("/new/", "/edit/", "/rotate/"))
    assert (answer.status_code == 302 and "reauthenticate" in answer["Location"]) is needed
