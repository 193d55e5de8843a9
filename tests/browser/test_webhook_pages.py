"""The pages of webhooks, in both languages."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import WebhookDelivery, WebhookEndpoint
from orders.services import webhook_delivery
from tests.browser.test_every_page import language, look_at
from tests.chromium import SignIn
from tests.factories import PASSWORD, StaffFactory
from tests.services.hooks import allow_loopback
from tests.views.webhook_pages import message_of
from tests.webhooks.receiver import Receiver

__all__ = ["language"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_of_webhooks(page: Page, sign_in: SignIn, language: str, settings: Settings) -> None:
    allow_loopback(settings)
    sign_in(StaffFactory(admin=True, is_staff=True, first_name="ليلى", last_name="حداد"))
    look_at(page, language, "/webhooks/")
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    look_at(page, language, "/webhooks/new/")
    with Receiver() as receiver:
        page.locator("[name=name]").fill("متجر نور")
        page.locator("[name=url]").fill(receiver.url)
        page.locator(".narrow-form .btn-primary").click()
        expect(page.locator("#secret")).to_be_visible()
        look_at(page, language)
        row = WebhookEndpoint.objects.get()
        look_at(page, language, f"/webhooks/{row.pk}/")
        page.locator(f"form[action$='/{row.pk}/ping/'] button").click()
        page.wait_for_url("**/webhooks/messages/*/")
        _some_arrive_and_some_do_not(row, receiver)
        page.reload()
        expect(page.locator(".webhook-tries .is-good")).to_have_count(1)
        look_at(page, language)
    look_at(page, language, "/webhooks/")
    look_at(page, language, f"/webhooks/{row.pk}/")
    failed = WebhookDelivery.objects.filter(state="failed").first()
    assert failed
    look_at(page, language, f"/webhooks/messages/{failed.pk}/")
    look_at(page, language, f"/webhooks/{row.pk}/edit/")
    look_at(page, language, f"/webhooks/{row.pk}/replay/")
    look_at(page, language, f"/webhooks/{row.pk}/rotate/")
    page.locator(".narrow-form .btn-primary").click()
    expect(page.locator("#secret")).to_be_visible()
    look_at(page, language, f"/webhooks/{row.pk}/")


def _some_arrive_and_some_do_not(row: WebhookEndpoint, receiver: Receiver) -> None:
    for status in (204, 404, 404):
        receiver.answers = lambda status=status: status
        message_of(row)
        if status == 404:
            WebhookDelivery.objects.filter(tries=0).update(
                since=clock.now() - webhook_delivery.GIVEN_UP_AFTER
            )
        for message in WebhookDelivery.objects.filter(state="waiting"):
            webhook_delivery.deliver.call(message.pk, message.tries)
    receiver.answers = lambda: 500
    waits = message_of(row)
    webhook_delivery.deliver.call(waits.pk, 0)
