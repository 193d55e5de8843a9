"""The keys of every page, as the page's own list of them promises."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Customer, Order, Staff, StoredCard
from tests.chromium import assert_accessible
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_list_of_keys_opens_and_closes_and_takes_nothing_away(page: Page, agent: Staff) -> None:
    page.goto("/orders/new/")
    page.get_by_label("Description").fill("Dates")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_label("Description")).to_have_value("Dates?")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_label("Description")).to_have_value("Dates?")


def test_slash_finds_an_order_and_alt_n_begins_one(page: Page, agent: Staff) -> None:
    order = OrderFactory(charged=True, taken_by=agent)
    page.goto("/customers/new/")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("/")
    page.keyboard.type(order.number)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=order.number, exact=True).press("Enter")
    page.wait_for_url(f"**/orders/{order.number}/")
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/orders/new/")


def test_alt_1_to_3_choose_how_the_order_came(page: Page, agent: Staff) -> None:
    page.goto("/orders/new/")
    for key, source, field in (("2", "Post", "Slip number"), ("1", "Phone", "Call reference")):
        page.keyboard.press(f"Alt+{key}")
        expect(page.get_by_label(source, exact=True).first).to_be_checked()
        expect(page.get_by_label(field)).to_be_visible()
    page.keyboard.press("Alt+3")
    expect(page.get_by_label("In person")).to_be_checked()


def test_alt_s_goes_to_the_stored_cards_and_chooses_none(page: Page, card: StoredCard) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.keyboard.press("Alt+s")
    expect(page.get_by_label("Visa •••• 1111")).to_be_focused()
    expect(page.get_by_label("Visa •••• 1111")).not_to_be_checked()
    page.keyboard.press("Space")
    expect(page.get_by_label("Visa •••• 1111")).to_be_checked()


def test_alt_k_takes_a_new_card_and_tab_leads_to_its_number(page: Page, card: StoredCard) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.keyboard.press("Alt+k")
    expect(page.get_by_label("New card")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Card number")).to_be_focused()


def test_alt_a_goes_to_the_amount_and_enter_charges_nothing(page: Page, card: StoredCard) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.keyboard.press("Alt+s")
    page.keyboard.press("Space")
    page.keyboard.press("Alt+a")
    expect(page.get_by_label("Amount")).to_be_focused()
    page.keyboard.type("125")
    page.keyboard.press("Enter")
    expect(page.locator("#charge-button")).to_have_text("Charge AED 125.00 to Visa •••• 1111")
    assert not Order.objects.exists()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/MO-*/")


def test_arrows_go_round_the_suggestions_and_escape_keeps_what_was_typed(
    page: Page, aisha: Customer
) -> None:
    page.goto("/orders/new/")
    page.keyboard.press("Alt+c")
    page.keyboard.type("aish")
    found = page.get_by_role("option", name="Aisha Rahman")
    expect(found).to_be_in_viewport(ratio=1)
    for key, is_chosen in (("ArrowUp", "false"), ("ArrowUp", "true"), ("ArrowDown", "false")):
        page.keyboard.press(key)
        expect(found).to_have_attribute("aria-selected", is_chosen)
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    expect(page.get_by_label("Customer", exact=True)).to_have_value("aish")
