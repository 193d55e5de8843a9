"""The page of an order in a real browser: it goes on once, asks by itself, and obeys keys."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from orders import clock
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.states import OrderStatus, Status
from tests import steps
from tests.chromium import SignIn, assert_accessible
from tests.factories import OperationFactory, OrderFactory, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)

CHARGED_AND_LOST = 10_920
NEVER_CERTAIN = 10_940


@pytest.fixture
def agent(sign_in: SignIn, gateway: Sandbox) -> Staff:
    """An agent who is signed in, and a gateway that says nothing by itself."""
    gateway.set(feedback="off", time_scale=0.0)
    agent = StaffFactory(agent=True)
    sign_in(agent)
    return agent


def test_a_card_that_is_just_back_is_charged_once_without_a_press(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    page.goto(operation.order.get_absolute_url())
    expect(page.locator(".result-approved")).to_be_visible()
    expect(page.get_by_role("heading", name="Approved")).to_be_focused()
    page.go_back()
    page.goto(operation.order.get_absolute_url())
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_one_button_charges_without_a_script(plain: Page, agent: Staff, gateway: Sandbox) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    plain.goto(operation.order.get_absolute_url())
    plain.get_by_role("button", name="Charge AED 125.00 to Visa •••• 0001").click()
    expect(plain.locator(".result-approved")).to_be_visible()


def test_an_unknown_result_turns_green_by_itself(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    operation = _unknown(agent, CHARGED_AND_LOST)
    page.clock.install()
    asked = _asked_by_script(page)
    page.goto(operation.order.get_absolute_url())
    expect(page.get_by_role("heading", name="We do not know yet")).to_be_focused()
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="Approved")).to_be_focused()
    expect(page.locator(".page-title .status")).to_have_text("Charged")
    assert [one.headers["x-requested-by"] for one in asked] == ["poll"]
    assert_accessible(page)


def test_asking_by_itself_does_not_keep_the_session_alive(
    page: Page, agent: Staff, gateway: Sandbox, context: BrowserContext
) -> None:
    operation = _unknown(agent, NEVER_CERTAIN)
    page.clock.install()
    page.goto(operation.order.get_absolute_url())
    with page.expect_response("**/ask/") as answer:
        page.clock.run_for(3_000)
    assert "set-cookie" not in answer.value.headers


def test_after_forty_seconds_the_caller_is_told_that_we_come_back(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    operation = _unknown(agent, NEVER_CERTAIN)
    page.clock.install()
    asked = _asked_by_script(page)
    page.goto(operation.order.get_absolute_url())
    for second in (2, 3, 5, 10, 20):
        with page.expect_response("**/ask/"):
            page.clock.run_for(second * 1_000)
    later = f"We will settle this and contact you. Your reference is {operation.order.number}."
    expect(page.locator(".say-this-words:visible")).to_have_text(later)
    expect(page.locator("#order-news")).to_contain_text(later)
    expect(page.get_by_role("link", name="Next order")).to_be_visible()
    assert len(asked) == 5
    assert_accessible(page)


def test_an_answer_does_not_take_the_focus_from_somebody_who_types(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    operation = _unknown(agent, CHARGED_AND_LOST)
    page.clock.install()
    page.goto(operation.order.get_absolute_url())
    page.keyboard.press("/")
    page.clock.run_for(3_000)
    expect(page.locator(".result-approved")).to_be_visible()
    expect(page.get_by_label("Find an order")).to_be_focused()
    expect(page.locator("#order-news")).to_have_text("Approved")


def test_the_key_p_marks_as_paid_and_typing_it_does_not(
    page: Page, agent: Staff, gateway: Sandbox
) -> None:
    order = OrderFactory(charged=True, taken_by=agent)
    page.goto(order.get_absolute_url())
    page.keyboard.press("/")
    page.keyboard.type("p")
    expect(page.get_by_role("button", name="Mark as paid")).to_be_visible()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("p")
    expect(page.get_by_text(re.compile("Marked as paid by Layla"))).to_be_visible()
    assert Order.objects.get().status == OrderStatus.PAID


def test_alt_n_opens_the_next_order(page: Page, agent: Staff) -> None:
    page.goto(OrderFactory(charged=True, taken_by=agent).get_absolute_url())
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/orders/new/")


def test_a_colleague_s_page_turns_when_the_charge_ends(
    page: Page, sign_in: SignIn, gateway: Sandbox
) -> None:
    sign_in(StaffFactory(supervisor=True))
    order = OrderFactory(status=OrderStatus.UNKNOWN)
    due = clock.now() + timedelta(seconds=40)
    operation = OperationFactory(order=order, sent=True, next_check_at=due)
    page.clock.install()
    page.goto(order.get_absolute_url())
    expect(page.get_by_role("heading", name="Being charged")).to_be_visible()
    Operation.objects.filter(pk=operation.pk).update(
        status=Status.DECLINED, response_code="13666", settled_at=clock.now()
    )
    page.clock.run_for(3_000)
    expect(page.get_by_role("heading", name="Declined")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_state_is_accessible_in_both_directions(
    page: Page, sign_in: SignIn, language: str
) -> None:
    agent = StaffFactory(agent=True, language=language)
    sign_in(agent)
    for state in ("charged", "reserved", "declined", "unknown", "part_refunded", "voided"):
        page.goto(OrderFactory(**{state: True}, taken_by=agent).get_absolute_url())
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_accessible(page)


def test_nothing_is_cut_off_at_twice_the_size(page: Page, agent: Staff) -> None:
    page.set_viewport_size({"width": 640, "height": 450})
    page.goto(OrderFactory(charged=True, taken_by=agent).get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)


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


def _unknown(agent: Staff, amount_minor: int) -> Operation:
    operation = steps.charge_new(agent, amount_minor=amount_minor)
    assert operation.status == Status.UNKNOWN
    return operation


def _asked_by_script(page: Page) -> list[Request]:
    """The requests that the page will send by itself."""
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if one.url.endswith("/ask/") else None)
    return asked
