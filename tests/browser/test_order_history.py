"""The order history in a browser: by keyboard, in both languages, at both widths."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders import clock
from orders.models import Order
from tests.chromium import SignIn, assert_accessible
from tests.factories import OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)

STATES = ("charged", "paid", "unknown", "reserved", "declined", "refunded", "voided")


@pytest.fixture
def orders(sign_in: SignIn) -> list[Order]:
    """One order in each state, the newest first, and a supervisor who sees them."""
    sign_in(StaffFactory(supervisor=True))
    return [
        OrderFactory(**{state: True}, taken_at=clock.now() - timedelta(minutes=minutes))
        for minutes, state in enumerate(STATES)
    ]


def test_a_search_by_keyboard_opens_the_order(page: Page, orders: list[Order]) -> None:
    page.goto("/orders/")
    page.keyboard.press("/")
    page.keyboard.type(orders[3].number[-2:])
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name=orders[3].number)
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/orders/{orders[3].number}/$"))


def test_filters_are_labelled_and_can_be_taken_out(page: Page, orders: list[Order]) -> None:
    page.goto("/orders/")
    page.get_by_label("Status").select_option("Declined")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Remove Status: Declined").click()
    expect(page.get_by_role("row")).to_have_count(len(orders) + 1)


def test_a_wrong_filter_takes_the_focus_to_its_sentence(page: Page, orders: list[Order]) -> None:
    page.goto("/orders/?amount_from=cheap")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Amount from").click()
    expect(page.get_by_label("Amount from")).to_be_focused()
    assert_accessible(page)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1280, 1024])
def test_the_page_is_accessible_and_fits(
    page: Page, live_server: LiveServer, orders: list[Order], language: str, width: int
) -> None:
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/orders/?status=paid")
    assert_accessible(page)
    page.goto("/orders/")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
