"""Capture, void, refund and settling in a real browser: by keyboard, and without a script."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from orders import clock
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.states import Kind, OrderStatus
from tests.chromium import SignIn, assert_accessible
from tests.factories import PASSWORD, StaffFactory
from tests.services.after_sale import charged, lost, reserved
from tests.services.test_duplicates import charged_twice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor(sign_in: SignIn, gateway: Sandbox) -> Staff:
    """A supervisor who is signed in, and a gateway that says nothing by itself."""
    gateway.set(feedback="off", time_scale=0.0)
    supervisor = StaffFactory(supervisor=True)
    sign_in(supervisor)
    return supervisor


def test_a_part_is_refunded_by_keyboard_once_the_password_was_typed(
    page: Page, supervisor: Staff
) -> None:
    order = charged(supervisor)
    page.goto(order.get_absolute_url())
    page.get_by_role("link", name="Refund…").press("Enter")
    assert_accessible(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Refund of order")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("A part of it").press("Space")
    page.get_by_label("Amount of the part").fill("40")
    page.get_by_label("Reason").select_option("Goods came back")
    page.get_by_role("button", name="Refund AED 125.00 to Visa •••• 0001").press("Enter")
    expect(page.get_by_text("Nothing was sent yet.")).to_be_visible()
    assert not order.operations.filter(kind=Kind.REFUND).exists()
    page.get_by_role("button", name="Refund AED 40.00 to Visa •••• 0001").press("Enter")
    expect(page.get_by_role("heading", name="Part refunded")).to_be_focused()
    assert_accessible(page)


@pytest.fixture
def plain(
    browser: Browser, context: BrowserContext, supervisor: Staff, live_server: object
) -> Iterator[Page]:
    """A page of the supervisor's browser that runs no script."""
    without = browser.new_context(
        base_url=str(live_server), java_script_enabled=False, storage_state=context.storage_state()
    )
    yield without.new_page()
    without.close()


def test_a_capture_needs_no_script(plain: Page, supervisor: Staff) -> None:
    order = reserved(supervisor)
    plain.goto(order.get_absolute_url())
    plain.get_by_role("link", name="Capture…").click()
    plain.get_by_label("Reason").select_option("The goods leave")
    plain.get_by_role("button", name="Capture AED 125.00 from Visa •••• 0001").click()
    expect(plain.locator(".result-approved")).to_be_visible()
    order.refresh_from_db()
    assert order.status == OrderStatus.CHARGED


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_after_the_sale_is_for_everybody(
    page: Page, supervisor: Staff, gateway: Sandbox, language: str
) -> None:
    Staff.objects.filter(pk=supervisor.pk).update(language=language)
    held = reserved(supervisor)
    five_days_ago = clock.now() - timedelta(days=5)
    type(held).objects.filter(pk=held.pk).update(taken_at=five_days_ago)
    Operation.objects.filter(order=held).update(submitted_at=five_days_ago)
    charged_twice(supervisor, gateway)
    refund = lost(gateway, "refund", supervisor, charged(supervisor), 2_500)
    Operation.objects.filter(pk=refund.pk).update(submitted_at=clock.now() - timedelta(minutes=31))
    settle = f"{refund.order.get_absolute_url()}settle/{refund.pk}/"
    for path in (
        "/attention/",
        held.get_absolute_url(),
        f"{held.get_absolute_url()}capture/",
        f"{held.get_absolute_url()}void/",
        refund.order.get_absolute_url(),
        settle,
    ):
        page.goto(path)
        expect(page.locator("h1")).to_have_count(1)
        assert_accessible(page)
