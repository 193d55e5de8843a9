"""While the gateway is away: nothing typed is lost, the card included, and a key tries again."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from orders import clock
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import breaker, set_up
from orders.states import OrderStatus
from tests.browser.order_steps import type_card, type_order
from tests.chromium import Complaints, SignIn, assert_accessible
from tests.factories import OperationFactory, OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)


def go_away(settings: Settings, seconds: int = 60) -> None:
    with clock.at(clock.now() - timedelta(seconds=seconds)):
        for _each in range(settings.RESOLVE_BREAKER_AFTER):
            breaker.heard(answered=False, reason="timeout")


def test_what_was_typed_is_charged_once_the_gateway_is_back(
    page: Page, agent: Staff, settings: Settings, complaints: Complaints
) -> None:
    page.goto("/orders/new/")
    type_order(page)
    type_card(page)
    go_away(settings)
    page.locator("#charge-button").click()
    expect(page.locator("#order-errors")).to_contain_text("Nothing was sent")
    expect(page.get_by_label("Description")).to_have_value("Two boxes of dates")
    expect(page.get_by_label("Card number")).to_have_value("•••• •••• •••• 0001")
    assert_accessible(page)
    complaints.forgive("422")
    assert not Order.objects.exists()
    breaker.heard(answered=True)
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    assert Order.objects.get().status == OrderStatus.CHARGED


def test_a_supervisor_tries_again_by_keyboard(
    page: Page, sign_in: SignIn, gateway: Sandbox, settings: Settings
) -> None:
    sign_in(StaffFactory(supervisor=True))
    OrderFactory(charged=True)
    go_away(settings)
    page.goto("/attention/")
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_text("The gateway answers again.")).to_be_visible()
    expect(page.get_by_text("The payment gateway does not answer.")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1280, 1024, 640])
def test_the_notices_are_accessible_and_fit(
    page: Page,
    live_server: LiveServer,
    sign_in: SignIn,
    settings: Settings,
    language: str,
    width: int,
) -> None:
    sign_in(StaffFactory(supervisor=True))
    for minutes in (2, 7, 20):
        charge = OperationFactory(order=OrderFactory(), unknown=True)
        sent_at = clock.now() - timedelta(minutes=minutes)
        Operation.objects.filter(pk=charge.pk).update(submitted_at=sent_at)
    go_away(settings)
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        set_up.heard("00009")
    cookie = {"name": "django_language", "value": language, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/attention/", "/orders/new/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
