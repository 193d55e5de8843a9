"""The pages of API keys and about the API, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import ApiKey
from tests.browser.test_every_page import language, look_at
from tests.chromium import SignIn
from tests.factories import PASSWORD, StaffFactory

__all__ = ["language"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_of_api_keys(page: Page, sign_in: SignIn, language: str) -> None:
    admin = StaffFactory(admin=True, is_staff=True, first_name="ليلى", last_name="حداد")
    sign_in(admin)
    look_at(page, language, "/api-keys/")
    look_at(page, language, "/api/v1/docs")
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    look_at(page, language, "/api-keys/new/")
    page.locator("[name=name]").fill("متجر")
    for box in page.locator("[name=scopes]").all():
        box.check()
    page.locator("[name=currency]").select_option("AED")
    page.locator("[name=charge_ceiling]").fill("500")
    page.locator("[name=day_ceiling]").fill("5000")
    page.locator("[name=second_username]").fill(StaffFactory(supervisor=True).username)
    page.locator("[name=second_password]").fill(PASSWORD)
    page.locator("[name=addresses]").fill("192.0.2.0/24")
    page.locator(".customer-form .btn-primary").click()
    expect(page.locator("#key")).to_be_visible()
    look_at(page, language)
    pk = ApiKey.objects.get().pk
    look_at(page, language, f"/api-keys/{pk}/rotate/")
    page.locator(".narrow-form .btn-primary").click()
    expect(page.locator("#key")).to_be_visible()
    for path in ("/api-keys/", f"/api-keys/{pk}/rotate/", f"/api-keys/{pk}/revoke/"):
        look_at(page, language, path)
