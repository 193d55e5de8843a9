"""What is read before a card is kept: it unfolds, in both languages, and the answer is recorded."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Event, Staff, StoredCard
from orders.purposes import Purpose
from orders.services.consents import script
from tests.browser.order_steps import type_card, type_order
from tests.chromium import Complaints, assert_accessible

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def typed(page: Page, agent: Staff) -> Page:
    """An order of a new customer with a new card, ready to be charged."""
    page.goto("/orders/new/")
    type_order(page, currency="AED", amount="80")
    type_card(page)
    page.get_by_label("Call reference").fill("4711")
    return page


def words(page: Page) -> str:
    return page.locator(".script:visible q").inner_text()


def test_ticking_unfolds_the_words_of_the_purpose_in_both_languages(typed: Page) -> None:
    expect(typed.locator(".script:visible")).to_have_count(0)
    typed.get_by_label("Keep this card").check()
    for purpose in Purpose:
        typed.get_by_label(str(purpose.label)).check()
        for language, name in (("en", "English"), ("ar", "Arabic")):
            typed.get_by_role("group", name="Language it is read in").get_by_label(name).check()
            expect(typed.locator(".script:visible")).to_have_count(1)
            assert words(typed) == script(language, purpose)
            expect(typed.locator(".script:visible")).to_have_attribute("lang", language)
    assert_accessible(typed)
    typed.get_by_label("Keep this card").uncheck()
    expect(typed.locator(".script:visible")).to_have_count(0)


def test_a_yes_is_kept_with_its_ceilings_and_shown_with_the_customer(typed: Page) -> None:
    typed.get_by_label("Keep this card").check()
    typed.get_by_label("Regular deliveries and refills").check()
    typed.get_by_label("At most for one charge").fill("90")
    typed.get_by_label("At most in a month").fill("200")
    typed.get_by_label("Yes", exact=True).check()
    typed.locator("#charge-button").click()
    typed.wait_for_url("**/orders/MO-*/")
    expect(typed.locator(".result-approved")).to_be_visible()
    card = StoredCard.objects.get()
    typed.goto(card.customer.get_absolute_url())
    typed.get_by_text("What was read").click()
    expect(typed.get_by_text("No charge will be more than AED 90.00.")).to_be_visible()
    expect(typed.get_by_text("AED 120.00 left this month")).to_be_visible()
    assert_accessible(typed)


def test_a_no_is_recorded_and_keeps_nothing(typed: Page) -> None:
    typed.get_by_label("Keep this card").check()
    typed.get_by_label("No", exact=True).check()
    expect(typed.get_by_text("charged once and then forgotten")).to_be_visible()
    typed.locator("#charge-button").click()
    typed.wait_for_url("**/orders/MO-*/")
    expect(typed.locator(".result-approved")).to_be_visible()
    expect(typed.get_by_text("did not allow keeping the card")).to_be_visible()
    assert Event.objects.filter(kind="consent_refused").count() == 1
    assert not StoredCard.objects.exists()


def test_without_an_answer_nothing_is_charged(typed: Page, complaints: Complaints) -> None:
    typed.get_by_label("Keep this card").check()
    typed.locator("#charge-button").click()
    expect(typed.locator("#id_answer_error")).to_contain_text("record the customer's answer")
    expect(typed.get_by_label("Yes", exact=True)).to_be_focused()
    complaints.forgive("status of 422")
    assert not Event.objects.filter(kind="order_taken").exists()
