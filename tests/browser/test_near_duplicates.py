"""The warning about a charge that looks like one that was made, with and without script."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from orders import clock
from orders.models import Customer, Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus
from tests import steps
from tests.browser.order_steps import charges
from tests.chromium import Complaints, SignIn, assert_accessible
from tests.factories import OrderFactory, StaffFactory

WARNING = "This looks like a charge that was made already"
REFUSED = "422 (Unprocessable Entity)"
AED = {"amount_minor": 12_500, "currency": "AED"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(agent: Staff, aisha: Customer) -> Order:
    """What Aisha paid a moment ago."""
    return OrderFactory(charged=True, customer=aisha, taken_by=agent, **AED)


def type_order(page: Page, card: StoredCard) -> None:
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill("125")


def test_warning_shows_while_typing_and_a_reason_passes_it_by_keys_alone(
    page: Page, card: StoredCard, other: Order, gateway: Sandbox, complaints: Complaints
) -> None:
    type_order(page, card)
    expect(page.get_by_role("heading", name=WARNING)).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Amount").press("Control+Enter")
    reason = page.get_by_label("Why it is charged all the same")
    expect(reason).to_be_focused()
    assert Order.objects.count() == 1
    page.keyboard.type("the customer wants two")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/orders/MO-*/")
    expect(page.locator(".result-approved")).to_be_visible()
    expect(page.locator(".timeline")).to_contain_text("the customer wants two")
    assert Operation.objects.latest("pk").reason == "the customer wants two"
    assert charges(gateway) == ["PURCHASE"]
    complaints.forgive(REFUSED)


def test_warning_goes_with_the_amount_and_keeps_the_reason_typed(
    page: Page, card: StoredCard, other: Order, complaints: Complaints
) -> None:
    type_order(page, card)
    page.get_by_label("Why it is charged all the same").fill("wants two")
    OrderFactory(charged=True, customer=card.customer, **AED)
    page.get_by_label("Visa •••• 1111").press("Control+Enter")
    expect(page.locator(".near li")).to_have_count(1)
    expect(page.locator("#id_reason_error")).to_contain_text("only with a reason")
    expect(page.get_by_label("Why it is charged all the same")).to_have_value("wants two")
    page.get_by_label("Amount").fill("126")
    expect(page.locator(".near")).to_have_count(0)
    complaints.forgive(REFUSED)


def test_warning_that_came_up_meanwhile_is_shown_at_the_press(
    page: Page, card: StoredCard, gateway: Sandbox, complaints: Complaints
) -> None:
    type_order(page, card)
    expect(page.locator("#charge-button")).to_contain_text("AED 125.00")
    page.wait_for_load_state("networkidle")
    OrderFactory(charged=True, customer=card.customer, **AED)
    page.locator("#charge-button").click()
    expect(page.get_by_role("heading", name=WARNING)).to_be_visible()
    expect(page.get_by_label("Why it is charged all the same")).to_be_focused()
    assert charges(gateway) == []
    complaints.forgive(REFUSED)


def test_unknown_payment_leaves_an_agent_no_way_on(
    page: Page, card: StoredCard, complaints: Complaints
) -> None:
    OrderFactory(unknown=True, customer=card.customer, **AED)
    type_order(page, card)
    expect(page.get_by_role("heading", name="A payment like this is not known yet")).to_be_visible()
    assert_accessible(page)
    page.locator("#charge-button").click()
    expect(page.get_by_role("alert")).to_contain_text("Only a supervisor may charge now")
    assert Order.objects.count() == 1
    complaints.forgive(REFUSED)


def test_typed_card_is_asked_about_on_the_orders_page(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    OrderFactory(charged=True, customer=operation.order.customer, **AED)
    page.goto(operation.order.get_absolute_url())
    expect(page.get_by_role("heading", name=WARNING)).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Why it is charged all the same").fill("the customer wants two")
    page.get_by_role("button", name="Charge AED 125.00").click()
    expect(page.locator(".result-approved")).to_be_visible()
    assert charges(gateway) == ["PURCHASE"]


@pytest.fixture
def plain(
    browser: Browser, context: BrowserContext, agent: Staff, live_server: object
) -> Iterator[Page]:
    """A page of the agent's browser that runs no script."""
    without = browser.new_context(
        base_url=str(live_server), java_script_enabled=False, storage_state=context.storage_state()
    )
    yield without.new_page()
    without.close()


def test_without_script_the_page_asks_and_a_reason_passes_it(
    plain: Page, card: StoredCard, other: Order, gateway: Sandbox
) -> None:
    type_order(plain, card)
    plain.get_by_label("Description").fill("Dates")
    plain.get_by_role("button", name="Charge").click()
    expect(plain.get_by_role("heading", name=WARNING)).to_be_visible()
    expect(plain.get_by_label("Description")).to_have_value("Dates")
    expect(plain.get_by_role("link", name=other.number)).to_be_visible()
    plain.get_by_label("Why it is charged all the same").fill("the customer wants two")
    plain.get_by_role("button", name="Charge").click()
    expect(plain.locator(".result-approved")).to_be_visible()
    assert Order.objects.latest("pk").status == OrderStatus.CHARGED
    assert charges(gateway) == ["PURCHASE"]


def test_supervisor_unlocks_somebody(page: Page, sign_in: SignIn) -> None:
    locked = StaffFactory(agent=True, charging_locked_at=clock.now())
    sign_in(StaffFactory(supervisor=True))
    page.goto("/attention/")
    assert_accessible(page)
    page.get_by_role("link", name=f"Unlock… {locked}").click()
    assert_accessible(page)
    page.get_by_label("Reason").fill("their terminal was wrong")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator(".messages")).to_contain_text("may charge again")
    locked.refresh_from_db()
    assert locked.charging_locked_at is None
