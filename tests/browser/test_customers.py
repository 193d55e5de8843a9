"""The customers in a browser: found, added and corrected by keyboard."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.chromium import SignIn, assert_accessible
from tests.factories import ConsentFactory, CustomerFactory, OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _agent(sign_in: SignIn) -> None:
    sign_in(StaffFactory(agent=True))


def test_a_customer_is_found_by_the_end_of_the_phone(page: Page) -> None:
    wanted = CustomerFactory(name="Huda Nasser", phone="+971507654321")
    CustomerFactory.create_batch(3)
    page.goto("/customers/")
    page.get_by_label("Find a customer").fill("765 4321")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Huda Nasser").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted.name)


def test_a_new_customer_is_typed_without_a_mouse(page: Page) -> None:
    page.goto("/customers/new/")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    for typed in ("سارة منصور", "", "0096279 000 1111", "Jabal Amman 4", "Amman", "Jordan"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Add customer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("سارة منصور")
    expect(page.get_by_text("+962790001111")).to_be_visible()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(page: Page) -> None:
    customer = CustomerFactory(name="Aisha Rahman")
    page.goto(f"/customers/{customer.pk}/edit/")
    page.get_by_label("Phone").fill("050 765 4321")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Phone")).to_have_value("050 765 4321")
    assert_accessible(page)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_is_accessible_and_fits(
    page: Page, live_server: LiveServer, language: str
) -> None:
    customer = ConsentFactory().customer
    OrderFactory(customer=customer, paid=True)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    page.set_viewport_size({"width": 1024, "height": 800})
    for path in ("", "new/", "?q=zz", f"{customer.pk}/", f"{customer.pk}/edit/"):
        page.goto(f"/customers/{path}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
