"""The manual order page in a real browser, from the first key to the gateway's answer."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from orders.models import Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus, Status
from tests import steps
from tests.browser.order_steps import DECLINED_VISA, VISA, charges, type_card, type_order
from tests.chromium import assert_accessible

BETWEEN_DIGITS = re.compile(r"%20|[\s+._-]")

pytestmark = pytest.mark.django_db(transaction=True)


def test_new_card_by_phone_is_charged_and_never_reaches_the_office(
    page: Page, agent: Staff, gateway: Sandbox, sent: list[Request]
) -> None:
    page.goto("/orders/new/")
    assert_accessible(page)
    type_order(page)
    type_card(page)
    expect(page.locator("#amount-words")).to_have_text(
        "two hundred and fifty Kuwaiti dinars and five hundred fils"
    )
    page.get_by_role("button", name="Charge KWD 250.500 to Visa •••• 0001").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()

    order = Order.objects.get()
    assert (order.status, order.captured_minor) == (OrderStatus.CHARGED, 250_500)
    assert charges(gateway) == ["PURCHASE"]
    ours = [one for one in sent if not one.url.startswith(gateway.url)]
    assert [one for one in ours if one.method == "POST" and one.url.endswith("/orders/new/")]
    told = [f"{one.url}&{one.post_data or ''}&" for one in ours]
    assert not [text for text in told if VISA in BETWEEN_DIGITS.sub("", text)]
    assert not [text for text in told if "=123&" in text or "security_code" in text]


def test_stored_card_is_charged_with_the_customer_found_by_keys_alone(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    page.goto("/orders/new/")
    page.keyboard.press("Alt+c")
    page.keyboard.type("aish")
    expect(page.get_by_role("option", name="Aisha Rahman")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".customer-card")).to_contain_text("Aisha Rahman")
    assert page.locator("[name=card]:checked").count() == 0
    page.keyboard.press("Alt+s")
    page.keyboard.press("Space")
    page.keyboard.press("Alt+a")
    page.keyboard.type("125")
    expect(page.locator("#charge-button")).to_have_text("Charge AED 125.00 to Visa •••• 1111")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    assert charges(gateway) == ["PURCHASE"]


def test_order_by_post_has_no_cvv(page: Page, agent: Staff, gateway: Sandbox) -> None:
    page.goto("/orders/new/")
    page.keyboard.press("Alt+2")
    type_order(page, currency="AED", amount="80")
    page.get_by_label("Slip number").fill("S-17")
    expect(page.get_by_label("CVV")).to_be_hidden()
    type_card(page, cvv="")
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    stored = next(one for one in gateway.requests if one["command"] == "CREATE_TOKEN")
    assert "card_security_code" not in stored["parameters"]
    assert Order.objects.get().slip_number == "S-17"


def test_kept_card_is_stored_with_its_consent(page: Page, agent: Staff) -> None:
    page.goto("/orders/new/")
    type_order(page, currency="AED", amount="80")
    type_card(page)
    page.get_by_label("Call reference").fill("4711")
    expect(page.get_by_label("In words")).to_be_hidden()
    page.get_by_label("Keep this card").check()
    page.get_by_label("In words").fill("Monthly refills")
    page.get_by_label("Yes", exact=True).check()
    page.locator("#charge-button").click()
    expect(page.locator(".result-approved")).to_be_visible()
    card = StoredCard.objects.get()
    assert (card.consent.purpose, card.consent.given_by) == ("Monthly refills", "Phone 4711")


def test_declined_card_is_said_and_another_card_pays(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    page.goto("/orders/new/")
    type_order(page, currency="AED", amount="80")
    type_card(page, DECLINED_VISA)
    page.locator("#charge-button").click()
    expect(page.locator(".result-declined")).to_be_visible()
    number = Order.objects.get().number
    page.goto(f"/orders/{number}/card/")
    assert_accessible(page)
    page.get_by_label("New card").check()
    type_card(page)
    page.get_by_role("button", name="Charge AED 80.00 to Visa •••• 0001").click()
    page.wait_for_url(f"**/orders/{number}/")
    expect(page.locator(".result-approved")).to_be_visible()
    assert [one.status for one in Operation.objects.all()] == [Status.DECLINED, Status.APPROVED]


def test_two_quick_presses_charge_once(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")
    page.locator("#charge-button").dblclick(no_wait_after=True)
    page.wait_for_url("**/orders/MO-*/")
    assert charges(gateway) == ["PURCHASE"]
    assert Order.objects.count() == 1


def test_enter_in_a_field_charges_nothing(page: Page, agent: Staff, card: StoredCard) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Amount").fill("125")
    page.get_by_label("Visa •••• 1111").check()
    for label in ("Order reference", "Description", "Amount", "Visa •••• 1111", "Currency"):
        page.get_by_label(label).press("Enter")
    expect(page).to_have_url(re.compile("/orders/new/"))
    assert not Order.objects.exists()


def test_card_of_a_stored_order_is_entered_on_its_own_page(page: Page, agent: Staff) -> None:
    order = steps.place_new(agent).order
    page.goto(f"/orders/{order.number}/card/")
    assert_accessible(page)
    page.get_by_role("button", name="Charge AED 125.00").click()
    expect(page.get_by_label("Card number")).to_be_focused()
    expect(page.locator("#card-number_error")).to_have_text("Type the card number.")
    type_card(page)
    page.get_by_role("button", name="Charge AED 125.00").click()
    page.wait_for_url(f"**/orders/{order.number}/")
    expect(page.locator(".result-approved")).to_be_visible()
