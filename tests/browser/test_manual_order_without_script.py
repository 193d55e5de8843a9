"""The same page without JavaScript: the order first, then the card on the gateway's own form."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from orders.models import Order
from orders.sandbox.server import Sandbox
from orders.services import customers
from orders.states import OrderStatus
from tests.chromium import SignIn
from tests.factories import StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plain(
    browser: Browser, context: BrowserContext, sign_in: SignIn, live_server: object
) -> Iterator[Page]:
    """A page of an agent's browser that runs no script."""
    sign_in(StaffFactory(agent=True))
    without = browser.new_context(
        base_url=str(live_server), java_script_enabled=False, storage_state=context.storage_state()
    )
    yield without.new_page()
    without.close()


def test_new_card_is_charged_in_two_steps(plain: Page, gateway: Sandbox) -> None:
    plain.goto("/orders/new/")
    plain.get_by_text("New customer", exact=True).click()
    plain.get_by_label("Name", exact=True).fill("Layla Haddad")
    plain.get_by_label("Address").fill("12 Palm Street")
    plain.get_by_label("Amount").fill("80")
    plain.get_by_label("New card").check()
    plain.get_by_role("button", name="Charge").click()

    plain.wait_for_url("**/orders/MO-*/card/")
    plain.get_by_label("Card number").fill("4005550000000001")
    plain.get_by_label("Expiry").fill("3005")
    plain.get_by_label("CVV").fill("123")
    plain.get_by_label("Name on card").fill("LAYLA HADDAD")
    plain.get_by_role("button", name="Charge AED 80.00").click()
    plain.get_by_role("button", name="Continue").click()

    plain.wait_for_url("**/orders/MO-*/")
    plain.get_by_role("button", name="Charge AED 80.00").click()
    expect(plain.locator(".result-approved")).to_be_visible()
    assert Order.objects.get().status == OrderStatus.CHARGED


def test_customer_is_found_by_a_search_step_and_a_stored_card_charged(
    plain: Page, gateway: Sandbox
) -> None:
    aisha = customers.create(actor=None, name="Aisha Rahman", phone="+971507654321")
    StoredCardFactory(customer=aisha, token_name=gateway.make_token())
    plain.goto("/orders/new/")
    plain.get_by_label("Description").fill("Dates")
    plain.get_by_label("Customer").fill("aisha")
    plain.get_by_role("button", name="Find").click()
    plain.get_by_role("button", name="Aisha Rahman").click()
    expect(plain.get_by_label("Description")).to_have_value("Dates")
    plain.get_by_label("Visa •••• 1111").check()
    plain.get_by_label("Amount").fill("80")
    plain.get_by_role("button", name="Charge").click()
    expect(plain.locator(".result-approved")).to_be_visible()


def test_enter_in_a_field_keeps_what_was_typed_and_charges_nothing(plain: Page) -> None:
    plain.goto("/orders/new/")
    plain.get_by_label("Amount").fill("80")
    plain.get_by_label("Description").fill("Dates")
    plain.get_by_label("Description").press("Enter")
    expect(plain.get_by_label("Amount")).to_have_value("80")
    assert not Order.objects.exists()


def test_errors_stand_at_their_fields(plain: Page) -> None:
    plain.goto("/orders/new/")
    plain.get_by_label("Amount").fill("1.234")
    plain.get_by_role("button", name="Charge").click()
    expect(plain.get_by_role("heading", name="2 things to put right")).to_be_visible()
    expect(plain.locator("#id_amount_error")).to_contain_text("UAE dirham has 2 decimals")
    expect(plain.locator("#id_customer_search_error")).to_contain_text("Choose a customer")
