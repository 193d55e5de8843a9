"""Sign-in, the second factor and the admin in a browser, under the same strict policy."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from orders import roles
from orders.models import Staff
from tests.chromium import SignIn, assert_accessible
from tests.factories import PASSWORD, StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def noor() -> Staff:
    noor = StaffFactory(username="noor")
    roles.give(noor, "admin")
    return noor


def test_an_administrator_signs_in_by_keyboard_and_enrols_a_second_factor(
    page: Page, noor: Staff, settings: Settings
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    page.goto("/accounts/login/")
    assert_accessible(page)
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("noor")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/totp/activate/")
    assert_accessible(page)
    secret = page.locator("input[readonly], input[disabled]").first.input_value()
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    page.get_by_label("Authenticator code").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/recovery-codes/")
    assert_accessible(page)
    page.goto("/accounts/2fa/")
    assert_accessible(page)


def test_a_refused_sign_in_says_why_and_keeps_the_name(page: Page, noor: Staff) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("noor")
    page.get_by_label("Password").fill("wrong-password-1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("not correct")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value("noor")
    assert_accessible(page)


def test_everybody_finds_the_way_to_the_own_password_and_second_factor(
    page: Page, sign_in: SignIn
) -> None:
    sign_in(StaffFactory(agent=True, first_name="Rana"))
    page.goto("/customers/")
    page.get_by_role("link", name="Rana").press("Enter")
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    page.get_by_role("link", name="Change Password").press("Enter")
    expect(page.get_by_label("Current Password")).to_be_visible()


ACCOUNT = ["logout/", "password/change/", "password/reset/", "reauthenticate/", "2fa/webauthn/add/"]
ADMIN = ["", "orders/staff/", "orders/staff/add/", "orders/order/", "orders/event/"]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_of_the_account_are_accessible(
    page: Page, sign_in: SignIn, noor: Staff, live_server: LiveServer, language: str
) -> None:
    sign_in(noor)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    for path in ACCOUNT:
        page.goto(f"/accounts/{path}")
        assert_accessible(page)


def test_the_admin_keeps_to_the_policy(page: Page, sign_in: SignIn, noor: Staff) -> None:
    sign_in(noor)
    for path in ADMIN:
        page.goto(f"/admin/{path}")
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
