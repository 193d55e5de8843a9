"""Receipts in a browser: ticked by itself, on paper without the office around, and every page of
them in both languages.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from orders.models import Order, Receipt, Staff
from orders.sandbox.server import Sandbox
from orders.services import audit, receipts, sent_mail
from orders.services.background import Background
from orders.states import ReceiptState
from tests.browser.order_steps import type_card, type_order
from tests.browser.test_every_page import language, look_at, person
from tests.chromium import SignIn
from tests.factories import CustomerFactory, OrderFactory, StaffFactory

__all__ = ["language", "person"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mail_goes_to_files(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = sent_mail.FILES, str(tmp_path)


def part_refunded(person: Staff, **changes: object) -> Order:
    """An order whose customer got its receipts, with Arabic in all that was typed."""
    order: Order = OrderFactory(
        part_refunded=True,
        taken_by=person,
        description="علبتان",
        receipt_address="aisha@example.com",
        **changes,
    )
    receipts.follow(order)
    Background().round()
    return order


def test_pages_of_receipts(page: Page, sign_in: SignIn, person: Staff, language: str) -> None:
    sign_in(person)
    look_at(page, language, "/practice/mail/")
    customer = CustomerFactory(language=language, name="عائشة رحمن", city="دبي", country="")
    order = part_refunded(person, customer=customer)
    receipts.ask(actor=person, order=order, email="b@example.com", form_key="a" * 26)
    perhaps = receipts.ask(actor=person, order=order, email="c@example.com", form_key="c" * 26)
    Receipt.objects.filter(pk=perhaps.pk).update(state=ReceiptState.PERHAPS, due_at=None)
    audit.record(order, "receipt_perhaps", operation=perhaps.operation, receipt=perhaps.pk)
    look_at(page, language, "/attention/")
    for path in ("", "receipt/", "receipt/?form=letter", "receipt/send/"):
        look_at(page, language, f"/orders/{order.number}/{path}")
    page.locator("#id_email").fill("")
    page.locator("main .btn-primary").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look_at(page, language)
    look_at(page, language, "/practice/mail/")


def test_a_mail_is_shown_as_its_reader_sees_it(page: Page, sign_in: SignIn, person: Staff) -> None:
    sign_in(person)
    order = part_refunded(person)
    page.goto("/practice/mail/")
    link = page.locator(".mail-more a").first
    page.goto(str(link.get_attribute("href")))
    expect(page.locator("h1")).to_contain_text(f"Refund {order.number}")
    font = page.locator("h1").evaluate("one => getComputedStyle(one).fontSize")
    assert font == "22px"


def test_on_paper_there_is_the_receipt_and_nothing_of_the_office(
    page: Page, sign_in: SignIn, person: Staff
) -> None:
    sign_in(person)
    order = part_refunded(person)
    page.goto(f"/orders/{order.number}/receipt/")
    page.emulate_media(media="print")
    expect(page.locator(".sheet")).to_be_visible()
    seen = page.evaluate("document.body.innerText")
    assert seen.lstrip().startswith("Moto Demo Trading")
    assert "Left after refunds" in seen
    for gone in (".side", ".top", ".page-head", ".awaited"):
        assert not page.locator(gone).filter(visible=True).count()


@pytest.mark.parametrize("spoken", ["en", "ar"])
def test_the_address_lies_where_envelopes_have_their_window(
    page: Page, sign_in: SignIn, person: Staff, spoken: str
) -> None:
    sign_in(person)
    order = part_refunded(person)
    page.set_viewport_size({"width": 794, "height": 1123})  # A4
    page.goto(f"/orders/{order.number}/receipt/?form=letter&language={spoken}")
    page.emulate_media(media="print")
    box = page.locator(".letter-window").bounding_box()
    assert box
    mm = 96 / 25.4
    assert box["y"] == pytest.approx(25 * mm, abs=2)  # below the paper's own margin of 20 mm
    assert box["x"] == pytest.approx(0, abs=2)
    assert box["width"] == pytest.approx(85 * mm, abs=2)


def test_a_new_customers_receipt_is_ticked_by_itself(
    page: Page, sign_in: SignIn, gateway: Sandbox
) -> None:
    sign_in(StaffFactory(agent=True))
    page.goto("/orders/new/")
    type_order(page)
    expect(page.get_by_label("Send a receipt")).to_be_checked()
    type_card(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    expect(page.locator("#receipts")).to_contain_text("layla@example.com")
    expect(page.locator("#receipts")).to_contain_text("Waiting")


def test_unticked_none_is_sent(page: Page, sign_in: SignIn, gateway: Sandbox) -> None:
    sign_in(StaffFactory(agent=True))
    page.goto("/orders/new/")
    type_order(page)
    page.get_by_label("Send a receipt").uncheck()
    type_card(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    expect(page.locator("#receipts")).to_contain_text("None was sent.")
    assert not Receipt.objects.exists()


def test_the_tick_follows_the_customer_who_is_chosen(page: Page, sign_in: SignIn) -> None:
    CustomerFactory(name="Basma Post", email="", address="P.O. Box 12")
    CustomerFactory(name="Basma Mail", email="basma@example.com")
    sign_in(StaffFactory(agent=True))
    page.goto("/orders/new/")
    for name in ("Basma Mail", "Basma Post", "Basma Mail"):
        page.locator("#id_customer_search").fill(name)
        page.get_by_role("option", name=name).click()
        expect(page.locator("#order-customer")).to_contain_text(name)
        tick = page.get_by_label("Send a receipt")
        if name == "Basma Mail":
            expect(tick).to_be_checked()
            expect(page.locator(".receipt-choice")).to_contain_text("basma@example.com")
        else:
            expect(tick).to_have_count(0)
            expect(page.locator(".receipt-choice")).to_contain_text("No email is known")
        page.get_by_role("button", name="Change customer").click()
        expect(page.locator("#id_customer_search")).to_be_visible()
