"""Charge again: two presses and a look, or the keys alone; and who started it."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge
from tests import steps
from tests.browser.order_steps import charges
from tests.chromium import Complaints, assert_accessible
from tests.factories import ConsentFactory

pytestmark = pytest.mark.django_db(transaction=True)

COUNT_CLICKS = """() => {
    const seen = Number(sessionStorage.getItem("clicks") || 0);
    sessionStorage.setItem("clicks", seen);
    document.addEventListener("click", () =>
        sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + 1), true);
}"""


def charged(agent: Staff, card: StoredCard, amount_minor: int = 12_500) -> Order:
    return charge.proceed(steps.place_stored(agent, card, amount_minor=amount_minor)).order


def test_an_order_is_charged_again_with_two_presses_of_the_mouse(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox, settings: object
) -> None:
    settings.NEAR_DUPLICATE_S = 0  # type: ignore[attr-defined]  as a day later
    first = charged(agent, card)
    page.add_init_script(f"({COUNT_CLICKS})()")
    page.goto(f"/orders/{first.number}/")
    page.get_by_role("link", name="Charge again").click()
    expect(page.locator("#again-of")).to_contain_text(first.number)
    expect(page.locator("[name=card]:checked")).to_have_count(1)
    page.get_by_role("button", name="Charge AED 125.00 to Visa •••• 1111").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('clicks')") == "2"
    copy = Order.objects.latest("pk")
    assert (copy.again_of, copy.amount_minor) == (first, 12_500)
    assert len(charges(gateway)) == 2


def test_the_copys_amount_is_changed_and_charged_by_keys_alone(
    page: Page, agent: Staff, card: StoredCard
) -> None:
    first = charged(agent, card)
    page.goto(f"/orders/{first.number}/")
    page.get_by_role("link", name="Charge again").press("Enter")
    expect(page.locator("#charge-button")).to_have_text("Charge AED 125.00 to Visa •••• 1111")
    page.wait_for_load_state()
    page.keyboard.press("Alt+a")
    page.keyboard.press("Control+a")
    page.keyboard.type("80")
    expect(page.locator("#charge-button")).to_have_text("Charge AED 80.00 to Visa •••• 1111")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    assert Order.objects.latest("pk").again_of == first


def test_the_same_amount_on_the_same_day_is_asked_about(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox, complaints: Complaints
) -> None:
    first = charged(agent, card)
    page.goto(f"/orders/{first.number}/")
    page.get_by_role("link", name="Charge again").click()
    expect(page.locator("#near-duplicates")).to_contain_text(first.number)
    page.locator("#charge-button").click()
    expect(page.locator("#order-errors")).to_contain_text("Say why")
    complaints.forgive("status of 422")
    assert len(charges(gateway)) == 1


def test_who_started_it_is_asked_beside_the_card_that_is_chosen(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox, complaints: Complaints
) -> None:
    limits = {"currency": "AED", "ceiling_per_month_minor": 20_000, "starts_itself": True}
    token = gateway.make_token()
    regular = ConsentFactory(
        card__customer=card.customer, card__token_name=token, card__last_four="0001", **limits
    ).card
    page.goto(f"/orders/new/?customer={card.customer_id}")
    who = page.get_by_role("group", name="Who started this?")
    expect(who.filter(visible=True)).to_have_count(0)
    page.get_by_label("Visa •••• 1111").check()
    expect(who.filter(visible=True)).to_have_count(1)
    expect(page.get_by_label("Us, under the agreement").filter(visible=True)).to_have_count(0)
    page.get_by_label("Visa •••• 0001").check()
    ours = page.get_by_label("Us, under the agreement")
    expect(who.filter(visible=True)).to_contain_text("AED 200.00")
    assert_accessible(page)
    ours.check()
    page.get_by_label("Amount").fill("200.01")
    page.locator("#charge-button").click()
    expect(page.locator("#order-errors")).to_contain_text("at most AED 200.00 a month")
    complaints.forgive("status of 422")
    page.get_by_label("Amount").fill("150")
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator("#order")).to_contain_text("Us, under the agreement")
    operation = Order.objects.latest("pk").operations.get()
    assert (operation.initiated_by, operation.stored_card) == ("merchant", regular)
    assert gateway.requests[-1]["parameters"]["eci"] == "RECURRING"
