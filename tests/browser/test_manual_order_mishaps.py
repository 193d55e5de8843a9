"""The manual order page when something is wrong: nothing is lost, nothing is charged twice."""

import pytest
from playwright.sync_api import Page, Request, expect

from orders.models import Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus
from tests.browser.order_steps import VISA, charges, type_card, type_order
from tests.chromium import Complaints, SignIn, assert_accessible
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_errors_are_listed_and_the_first_field_has_the_focus(
    page: Page, agent: Staff, complaints: Complaints
) -> None:
    OrderFactory(reference="A-1042", taken_by=agent, charged=True)
    page.goto("/orders/new/")
    page.get_by_label("Order reference").fill("A-1042")
    page.get_by_label("Currency").select_option("KWD")
    page.get_by_label("Amount").fill("1.2345")
    type_card(page, "4005550000000002")
    page.locator("#charge-button").click()
    expect(page.get_by_role("heading", name="4 things to put right")).to_be_visible()
    expect(page.get_by_label("Order reference")).to_be_focused()
    expect(page.locator("#id_amount_error")).to_have_text(
        "Kuwaiti dinar has 3 decimals. You typed 4."
    )
    expect(page.get_by_label("Card number")).to_have_value("•••• •••• •••• 0002")
    page.get_by_label("Card number").focus()
    expect(page.get_by_label("Card number")).to_have_value("4005 5500 0000 0002")
    assert_accessible(page)
    complaints.forgive("422")
    assert Order.objects.count() == 1


def test_card_number_in_another_field_is_cleared_before_it_is_sent(
    page: Page, agent: Staff, sent: list[Request]
) -> None:
    page.goto("/orders/new/")
    page.get_by_label("Customer").fill(VISA)
    page.get_by_label("Description").fill("card 4005 5500 0000 0001")
    expect(page.get_by_label("Description")).to_have_value("")
    expect(page.locator("#id_description_error")).to_contain_text("looked like a card number")
    assert not [one for one in sent if "customers/search" in one.url]


def test_press_counts_although_the_words_of_the_button_change_under_it(
    page: Page, agent: Staff, card: StoredCard
) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")
    button = page.locator("#charge-button")
    expect(button).to_have_text("Charge AED 125.00 to Visa •••• 1111")
    button.locator("bdi").first.hover(force=True)
    page.mouse.down()
    page.evaluate("document.dispatchEvent(new Event('order-changed'))")
    page.mouse.up()
    page.wait_for_url("**/orders/MO-*/")
    assert Order.objects.get().status == OrderStatus.CHARGED


def test_order_survives_an_office_that_cannot_be_reached(
    page: Page, agent: Staff, card: StoredCard, complaints: Complaints
) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")
    page.get_by_label("Description").fill("Dates")
    page.context.set_offline(True)
    page.locator("#charge-button").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be reached")
    page.context.set_offline(False)
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    assert Order.objects.get().description == "Dates"
    complaints.forgive("ERR_INTERNET_DISCONNECTED")


def test_order_survives_a_session_that_ended(
    page: Page, agent: Staff, card: StoredCard, sign_in: SignIn, complaints: Complaints
) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")
    page.context.clear_cookies()
    page.locator("#charge-button").click()
    expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
    sign_in(agent)
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    complaints.forgive("403")


def test_gateway_that_cannot_be_reached_leaves_the_order_to_go_on_with(
    page: Page, agent: Staff, gateway: Sandbox, complaints: Complaints
) -> None:
    page.goto("/orders/new/")
    type_order(page, currency="AED", amount="80")
    type_card(page)
    page.route(f"{gateway.url}**", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator("#charge-button").click()
    page.unroute_all()
    expect(page.get_by_role("heading", name="New order")).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", name=Order.objects.get().number)).to_be_visible()
    expect(page.get_by_label("Card number")).to_have_value("")
    type_card(page)
    page.get_by_role("button", name="Charge AED 80.00").click()
    expect(page.locator(".result-approved")).to_be_visible()
    assert charges(gateway) == ["PURCHASE"]
