"""Over the ceiling the button asks for approval, and the person hears what became of it."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Customer, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import approvals
from orders.states import Act, OrderStatus
from tests.chromium import assert_accessible
from tests.factories import OrderFactory, StaffFactory
from tests.services.over_ceiling import ceiling, limit_charges, request_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_button_asks_once_the_amount_is_over_the_limit_and_charges_below_it(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    limit_charges()
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    button = page.locator("#charge-button")
    page.get_by_label("Amount").fill("100")
    expect(button).to_have_text("Charge AED 100.00 to Visa •••• 1111")
    expect(page.locator("#over-ceiling")).to_be_hidden()
    page.get_by_label("Amount").fill("125")
    expect(button).to_have_text("Ask for approval · AED 125.00")
    expect(page.locator("#over-ceiling")).to_contain_text("AED 100.00")
    assert_accessible(page)
    button.click()
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-waiting")).to_contain_text("Waiting for approval")
    expect(page.locator(".say-this")).to_contain_text("you need not wait")
    assert Order.objects.get().status == OrderStatus.RESERVED


def test_going_on_despite_a_warning_asks_where_that_has_a_limit(
    page: Page, agent: Staff, aisha: Customer, card: StoredCard, gateway: Sandbox
) -> None:
    ceiling("agent", Act.OVERRIDE, 10_000)
    OrderFactory(charged=True, customer=aisha, taken_by=agent, amount_minor=12_500, currency="AED")
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Amount").fill("125")
    expect(page.locator("#charge-button")).to_have_text("Ask for approval · AED 125.00")
    page.get_by_label("Amount").fill("126")
    expect(page.locator("#charge-button")).to_have_text("Charge AED 126.00")


def test_the_decision_follows_the_agent_to_another_page(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    limit_charges()
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")
    page.locator("#charge-button").click()
    page.wait_for_url("**/orders/MO-*/")
    page.goto("/customers/")
    request = request_of(Order.objects.get())
    supervisor = StaffFactory(supervisor=True)
    approvals.refuse(actor=supervisor, request=request, reason="Too much for one call")
    expect(page.locator(".awaited-news")).to_contain_text("Not approved", timeout=15_000)
