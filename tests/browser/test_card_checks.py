"""The card fields while they are typed: grouped, named, and hidden as soon as they are left."""

import re

import pytest
from playwright.sync_api import Page, expect

from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.states import Status
from tests import steps
from tests.browser.order_steps import VISA, type_card, type_order

pytestmark = pytest.mark.django_db(transaction=True)

AMEX = "345678901234564"
EVERYTHING_THE_PAGE_HOLDS = """() => {
    const fields = [...document.querySelectorAll("input, textarea")].map((one) => one.value);
    const stored = [...Object.values(localStorage), ...Object.values(sessionStorage)];
    const state = JSON.stringify(history.state);
    return [document.documentElement.outerHTML, ...fields, ...stored, state].join("\\n");
}"""


@pytest.mark.parametrize(
    ("number", "shown", "hidden", "brand"),
    [
        (VISA, "4005 5500 0000 0001", "•••• •••• •••• 0001", "Visa"),
        ("5123456789012346", "5123 4567 8901 2346", "•••• •••• •••• 2346", "Mastercard"),
        (AMEX, "3456 789012 34564", "•••• •••••• •4564", "American Express"),
    ],
)
def test_the_number_is_grouped_and_hidden_to_its_last_four_when_it_is_left(
    page: Page, agent: Staff, number: str, shown: str, hidden: str, brand: str
) -> None:
    page.goto("/orders/new/")
    field = page.get_by_label("Card number")
    field.press_sequentially(number)
    expect(field).to_have_value(shown)
    expect(page.locator("[data-card-brand]")).to_have_text(brand)
    page.keyboard.press("Tab")
    expect(field).to_have_value(hidden)
    expect(page.locator("[data-card-brand]")).to_have_text(brand)
    expect(page.locator("#card-number_error")).to_be_empty()
    page.keyboard.press("Shift+Tab")
    expect(field).to_have_value(shown)


def test_a_number_that_was_left_stands_nowhere_in_the_page(page: Page, agent: Staff) -> None:
    page.goto("/orders/new/")
    page.get_by_label("Card number").press_sequentially(VISA)
    page.keyboard.press("Tab")
    held = re.sub(r"[ -]", "", page.evaluate(EVERYTHING_THE_PAGE_HOLDS))
    assert "••••••••••••0001" in held
    assert VISA not in held
    assert VISA[:12] not in held


def test_a_hidden_number_is_what_the_gateway_gets(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    page.goto("/orders/new/")
    type_order(page, currency="AED", amount="80")
    type_card(page, AMEX, cvv="1234")
    expect(page.get_by_label("Card number")).to_have_value("•••• •••••• •4564")
    page.locator("#charge-button").click()
    expect(page.locator(".result-approved")).to_be_visible()
    operation = Operation.objects.get()
    assert (operation.status, operation.last_four) == (Status.APPROVED, AMEX[-4:])


def test_a_hidden_number_can_be_corrected(page: Page, agent: Staff) -> None:
    page.goto("/orders/new/")
    field = page.get_by_label("Card number")
    field.press_sequentially(VISA[:-1] + "2")
    page.keyboard.press("Tab")
    expect(page.locator("#card-number_error")).to_contain_text("typing mistake")
    field.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    expect(field).to_have_value("•••• •••• •••• 0001")
    expect(page.locator("#card-number_error")).to_be_empty()


def test_the_number_is_hidden_on_the_gateways_own_form_too(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    order = steps.place_new(agent).order
    page.goto(f"/orders/{order.number}/card/")
    type_card(page)
    expect(page.get_by_label("Card number")).to_have_value("•••• •••• •••• 0001")
    page.get_by_role("button", name="Charge AED 125.00").click()
    expect(page.locator(".result-approved")).to_be_visible()
    assert Operation.objects.get().last_four == "0001"
