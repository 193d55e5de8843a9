"""Every page of the office, in both languages: accessible, in its language, and nothing cut off.
Pages of receipts are looked at in test_receipts.py.

That no page breaks the content policy or complains on the console is asserted of every test.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import resolve
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders import clock
from orders.gateway import Outcome
from orders.models import Difference, Event, Evidence, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import customers, evidence
from orders.states import OrderStatus, Status
from tests import steps
from tests.browser.test_no_page_left_out import PAGES
from tests.chromium import Complaints, SignIn, assert_accessible
from tests.factories import (
    PASSWORD,
    ConsentFactory,
    CustomerFactory,
    OperationFactory,
    OrderFactory,
    OutsidePaymentFactory,
    StaffFactory,
)
from tests.reports import held_against
from tests.services.after_sale import charged, lost, reserved
from tests.services.said import said

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.middleware.pages")]

WIDTHS = (1280, 1024, 640)
# Words in the Latin alphabet that stand in Arabic on purpose.
SAME_IN_ARABIC = re.compile("\u2068.*?\u2069|fort_id|MotoOffice|Amazon Payment Services|English")
WORDS_OF_THE_PAGE = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const said = [document.title];
    while (walk.nextNode()) {
        const text = walk.currentNode;
        if (!text.parentElement.closest("bdi, kbd, script, template")) said.push(text.data);
    }
    for (const one of document.querySelectorAll("[aria-label], [placeholder], [title]"))
        said.push(one.getAttribute("aria-label"), one.placeholder, one.title);
    return said.filter(Boolean);
}"""


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest, page: Page, live_server: LiveServer) -> str:
    cookie = {"name": "django_language", "value": request.param, "url": live_server.url}
    page.context.add_cookies([cookie])
    return str(request.param)


@pytest.fixture
def person() -> Staff:
    """A supervisor, whose name is of both languages' alphabets nowhere but in Arabic."""
    return StaffFactory(supervisor=True, first_name="ليلى", last_name="حداد")


def look_at(page: Page, language: str, path: str = "") -> None:
    """Open ``path``, or stay, and hold the page against all that is asked of every page."""
    if path:
        assert resolve(path.partition("?")[0]).view_name in PAGES
        page.goto(path)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert_accessible(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
    if language == "ar":
        said = [SAME_IN_ARABIC.sub("", one) for one in page.evaluate(WORDS_OF_THE_PAGE)]
        assert not [one for one in said if re.search("[a-z]{3,}", one)], path


def test_pages_of_orders_and_customers(
    page: Page, sign_in: SignIn, person: Staff, language: str
) -> None:
    sign_in(person)
    ends_on = clock.now().date() + timedelta(days=9)
    consent = ConsentFactory(
        purpose="طلبات لاحقة", agent=person, given_by="4711", ends_on=ends_on, currency="AED",
        ceiling_per_month_minor=90_000, starts_itself=True,
    )  # fmt: skip
    customers.update(actor=person, customer=consent.customer, name="عائشة رحمن")
    unpaid = steps.place_new(person).order
    declined = OrderFactory(declined=True, customer=consent.customer, taken_by=person)
    for path in (
        "/",
        "/orders/new/",
        f"/orders/new/?customer={consent.customer_id}",
        "/orders/",
        "/orders/?status=paid",
        "/orders/?amount_from=cheap",
        f"/orders/{declined.number}/",
        f"/orders/{declined.number}/card/",
        f"/orders/{unpaid.number}/",
        f"/orders/{unpaid.number}/card/",
        f"/orders/new/?customer={consent.customer_id}&card={consent.card_id}",
        f"/orders/new/?again={declined.number}",
        f"/cards/{consent.card_id}/withdraw/",
        "/cards/expiring/",
        "/cards/expiring/?list=consents",
        "/customers/",
        "/customers/?q=zz",
        "/customers/new/",
        f"/customers/{CustomerFactory(name='م' * 120).pk}/",
        f"/customers/{consent.customer_id}/",
        f"/customers/{consent.customer_id}/edit/",
    ):
        look_at(page, language, path)


def test_pages_of_what_needs_attention(
    page: Page, sign_in: SignIn, person: Staff, language: str
) -> None:
    sign_in(person)
    look_at(page, language, "/attention/")
    unknown = OrderFactory(unknown=True, taken_by=person)
    late = OperationFactory(order=OrderFactory(charged=True), declined=True, fort_id="")
    evidence.apply(operation=late, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    alarm = Event.objects.get(kind="late_success")
    stranger = Evidence.objects.create(
        source="feedback", verified=True, digest="1", merchant_reference="SHOP-7"
    )
    late.refresh_from_db()
    assert late.status == Status.DUPLICATE
    look_at(page, language, "/attention/")
    look_at(page, language, f"/orders/{unknown.number}/release/")
    look_at(page, language, f"/attention/alarm/{alarm.pk}/close/")
    look_at(page, language, f"/attention/message/{stranger.pk}/close/")


def test_pages_after_the_sale(
    page: Page, sign_in: SignIn, person: Staff, language: str, gateway: Sandbox
) -> None:
    gateway.set(feedback="off", totals=False)
    sign_in(person)
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    held, taken = reserved(person), charged(person)
    refund = lost(gateway, "refund", person, charged(person), 2_500)
    sent_at = clock.now() - timedelta(minutes=31)
    Operation.objects.filter(pk=refund.pk).update(submitted_at=sent_at)
    coming = OperationFactory(
        sent=True, status=Status.RELEASED, next_check_at=clock.now(), order__taken_by=person
    ).order
    outside = OutsidePaymentFactory(
        reason="ليس لدى العميل بطاقة", order__taken_by=person, recorded_by=person
    )
    Order.objects.filter(pk=outside.order_id).update(status=OrderStatus.PAID_OUTSIDE)
    for path in (
        f"/orders/{coming.number}/outside/",
        f"/orders/{coming.number}/outside/?method=cheque",
        f"/orders/{outside.order.number}/",
        f"/orders/{outside.order.number}/outside/{outside.pk}/back/",
        "/orders/?status=paid_outside",
        f"/orders/{held.number}/",
        f"/orders/{held.number}/capture/",
        f"/orders/{held.number}/void/",
        f"/orders/{taken.number}/refund/",
        f"/orders/{refund.order.number}/",
        f"/orders/{refund.order.number}/settle/{refund.pk}/",
        "/attention/",
    ):
        look_at(page, language, path)


def test_pages_of_a_difference_and_of_a_lock(
    page: Page, sign_in: SignIn, person: Staff, language: str, gateway: Sandbox, tmp_path: Path
) -> None:
    gateway.set(feedback="off")  # it would prove the charge, and close the difference
    sign_in(person)
    charged(person)
    held_against(tmp_path, [])
    locked = StaffFactory(
        agent=True, first_name="سارة", last_name="عمر", charging_locked_at=clock.now()
    )
    difference = Difference.objects.get()
    look_at(page, language, "/attention/")
    look_at(page, language, f"/attention/differences/{difference.pk}/note/")
    look_at(page, language, f"/attention/locked/{locked.pk}/")


def test_pages_before_sign_in(page: Page, person: Staff, language: str) -> None:
    for path in ("login/", "password/reset/", "password/reset/done/", "inactive/"):
        look_at(page, language, f"/accounts/{path}")
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    for path in (f"key/{key}/", "key/1-set-password/", "key/done/"):
        look_at(page, language, f"/accounts/password/reset/{path}")


def test_pages_of_an_account_with_a_second_factor(
    page: Page, sign_in: SignIn, person: Staff, language: str
) -> None:
    sign_in(person)
    for path in ("", "totp/activate/", "webauthn/", "webauthn/add/"):
        look_at(page, language, f"/accounts/2fa/{path}")
    for path in ("password/change/", "reauthenticate/", "logout/"):
        look_at(page, language, f"/accounts/{path}")
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    key = Authenticator.objects.create(user=person, type="webauthn", data={"name": "مفتاح"})
    page.goto("/accounts/2fa/reauthenticate/")
    look_at(page, language, "/accounts/2fa/reauthenticate/")
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    for path in (
        "",
        "totp/deactivate/",
        "recovery-codes/",
        "recovery-codes/generate/",
        f"webauthn/keys/{key.pk}/edit/",
        f"webauthn/keys/{key.pk}/remove/",
        "webauthn/",
    ):
        look_at(page, language, f"/accounts/2fa/{path}")


def test_the_question_for_the_second_factor(page: Page, person: Staff, language: str) -> None:
    TOTP.activate(person, generate_totp_secret())
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(person.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2fa/authenticate/")
    look_at(page, language, "/accounts/2fa/authenticate/")


def test_pages_of_what_is_refused_or_broken(
    page: Page, sign_in: SignIn, person: Staff, language: str, complaints: Complaints
) -> None:
    sign_in(StaffFactory(agent=True, first_name="ليلى", last_name="حداد"))
    for path, status in (
        ("/attention/", 403),
        ("/orders/MO-99999/", 404),
        ("/customers/?q=4005550000000001", 400),
        ("/broken/", 500),
        ("/orders/card-return/?merchant_reference=x", 400),
    ):
        look_at(page, language, path)
        complaints.forgive(f"status of {status}")
    page.goto("/customers/new/")
    page.evaluate("document.querySelector('.customer-form [name=csrfmiddlewaretoken]').remove()")
    page.locator(".customer-form [name=name]").press("Enter")
    look_at(page, language)
    complaints.forgive("status of 403")
