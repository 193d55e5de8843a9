"""The outcome that was not known follows the agent to other pages, and says itself once it is."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from orders.models import Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services.ask import ask
from tests import steps
from tests.chromium import assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)

APPROVED_LATER, NEVER_CERTAIN, LOST_ANSWER = "109.60", 10_940, 10_920


def test_news_of_a_charge_appears_on_another_page_and_is_closed_by_keyboard(
    page: Page, agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    gateway.set(time_scale=0.4)
    page.goto(f"/orders/new/?customer={card.customer_id}")
    page.get_by_label("Visa •••• 1111").check()
    page.get_by_label("Amount").fill(APPROVED_LATER)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="We do not know yet")).to_be_visible()
    page.wait_for_load_state()  # a press before the page's script is there does nothing
    page.keyboard.press("Alt+n")
    page.get_by_label("Description").fill("Dates for the next caller")
    number = Order.objects.get().number
    news = page.locator(".awaited-news")
    expect(news).to_contain_text(f"{number}: Approved AED 109.60", timeout=15_000)
    expect(news.locator("xpath=..")).to_have_attribute("role", "status")
    expect(page.get_by_label("Description")).to_have_value("Dates for the next caller")
    assert_accessible(page)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto("/customers/")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name=f"Close the news of {number}").press("Enter")
    expect(news).to_have_count(0)
    expect(page.locator("main")).to_be_focused()
    page.goto("/orders/")
    expect(news).to_have_count(0)


def test_each_of_several_orders_is_said_and_then_nothing_is_asked(
    page: Page, context: BrowserContext, agent: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    sent = [steps.charge_new(agent, amount_minor=LOST_ANSWER) for _order in range(2)]
    page.clock.install()
    page.goto("/customers/")
    for seconds, operation in zip((3, 3), sent, strict=True):
        ask(operation=operation)
        with page.expect_response("**/orders/awaited/"):
            page.clock.run_for(seconds * 1_000)
        expect(page.get_by_role("link", name=operation.order.number)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.clock.run_for(100_000)
    assert not [url for url in asked if "awaited" in url]
    page.get_by_role("link", name=sent[0].order.number).press("Enter")
    expect(page.locator(".result-approved")).to_be_visible()
    expect(page.locator(".awaited-news")).to_have_count(1)


def test_it_asks_at_its_times_and_keeps_no_session_alive(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    steps.charge_new(agent, amount_minor=NEVER_CERTAIN)
    page.clock.install()
    page.goto("/customers/")
    for seconds in (2, 3, 5, 10, 20, 60, 60):
        with page.expect_response("**/orders/awaited/") as answer:
            page.clock.run_for(seconds * 1_000 + 5)
        assert answer.value.request.headers["x-requested-by"] == "poll"
        assert "set-cookie" not in answer.value.headers


def test_the_page_of_the_order_turns_by_itself_however_late_the_answer_is(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    operation = steps.charge_new(agent, amount_minor=LOST_ANSWER)
    page.clock.install()
    page.route("**/ask/", lambda route: route.abort())
    page.goto(operation.order.get_absolute_url())
    expect(page.get_by_role("heading", name="We do not know yet")).to_be_visible()
    page.unroute_all()
    ask(operation=operation)
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="Approved")).to_be_focused()
    expect(page.locator(".awaited-news")).to_have_count(0)
    page.goto("/customers/")
    expect(page.get_by_role("heading", name="Customers")).to_be_visible()
    expect(page.locator(".awaited-news")).to_have_count(0)
