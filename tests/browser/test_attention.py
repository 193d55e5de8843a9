"""What needs attention in a real browser: by keyboard, in both languages, at every width."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from orders import clock
from orders.gateway import Outcome
from orders.models import Comparison, Difference, Evidence, Operation, Staff
from orders.services import evidence
from orders.services.seen import stands
from orders.states import Status
from tests.chromium import SignIn, assert_accessible
from tests.factories import PASSWORD, OperationFactory, OrderFactory, StaffFactory
from tests.services.said import said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def supervisor(sign_in: SignIn) -> Staff:
    supervisor = StaffFactory(supervisor=True)
    sign_in(supervisor)
    return supervisor


@pytest.fixture
def charge(supervisor: Staff) -> Operation:
    """One of each kind that needs attention; the charge that is unknown for 45 minutes."""
    charge = OrderFactory(unknown=True, currency="KWD").operations.get()
    sent_at = clock.now() - timedelta(minutes=45)
    Operation.objects.filter(pk=charge.pk).update(submitted_at=sent_at)
    evidence.apply(operation=charge, statement=said(Outcome.UNKNOWN, verified=False))
    evidence.apply(operation=charge, statement=said(Outcome.NOT_FOUND))
    OrderFactory(unknown=True)
    late = OperationFactory(order=OrderFactory(charged=True), declined=True, fort_id="")
    evidence.apply(operation=late, statement=said(Outcome.APPROVED, fort_id="169700000000099999"))
    body = {"command": "PURCHASE", "amount": "12500", "currency": "AED", "response_code": "14000"}
    Evidence.objects.create(
        source="feedback", verified=True, digest="1", merchant_reference="SHOP-7", body=body
    )
    differ()
    return charge


def differ() -> None:
    """A charge that APS's report tells of otherwise, and one that no order here explains."""
    comparison = Comparison.objects.create(
        file_name="report.csv", sha256="0" * 64, rows=2, since=clock.now(), until=clock.now()
    )
    operation = OrderFactory(declined=True).operations.get()
    told = {"amount_minor": 250_500, "currency": "KWD", "response_code": "14000",
            "fort_id": "169700000000000001", "at": clock.now().isoformat()}  # fmt: skip
    seen = {"kind": "purchase", "first_seen_in": comparison, "last_seen_in": comparison}
    Difference.objects.create(
        merchant_reference=operation.merchant_reference,
        what="status",
        operation=operation,
        there=[told],
        here=[stands(operation, True)],
        **seen,
    )
    Difference.objects.create(
        merchant_reference="MO-99999-1", what="missing_here", there=[told], **seen
    )


def test_a_charge_is_taken_on_and_let_go_of_by_keyboard(page: Page, charge: Operation) -> None:
    second = StaffFactory(supervisor=True)
    page.goto("/attention/")
    page.get_by_role("button", name=f"Take it on {charge}").press("Enter")
    expect(page.get_by_text(f"You look after {charge}.")).to_be_visible()
    page.get_by_role("link", name=f"Let go… {charge}").press("Enter")
    page.get_by_label("Reason").fill("Their books do not know it")
    page.get_by_label("Reference of the charge").fill(charge.merchant_reference)
    page.get_by_label("Second person's username").fill(second.username)
    page.get_by_label("Second person's password").fill("wrong-password-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Second person's password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("It may still have happened.").first).to_be_visible()
    charge.refresh_from_db()
    assert charge.status == Status.RELEASED


def test_an_alarm_is_closed_by_keyboard(page: Page, charge: Operation) -> None:
    page.goto("/attention/")
    page.get_by_role("link", name=re.compile("^Close… Success came late")).press("Enter")
    assert_accessible(page)
    page.get_by_role("button", name="Close it").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Reason").fill("Refunded in their back office, R-81")
    page.get_by_role("button", name="Close it").press("Enter")
    expect(page.get_by_text("No alarm is open")).to_be_visible()


def test_a_difference_is_taken_on_and_noted_by_keyboard(page: Page, charge: Operation) -> None:
    page.goto("/attention/")
    page.get_by_role("button", name="Take it on Purchase MO-99999-1").press("Enter")
    expect(page.get_by_text("You look after MO-99999-1.")).to_be_visible()
    page.get_by_role("link", name="Note… Purchase MO-99999-1").press("Enter")
    page.get_by_role("button", name="Save the note").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    page.get_by_label("Note").fill("The shop's own charge, they say")
    page.get_by_role("button", name="Save the note").press("Enter")
    expect(page.get_by_text("The shop's own charge, they say")).to_be_visible()
    assert Difference.objects.filter(closed_at=None).count() == 2


def test_earlier_answers_open_by_keyboard(page: Page, charge: Operation) -> None:
    page.goto("/attention/")
    page.get_by_text("Answers before it").press("Enter")
    expect(page.get_by_text("No answer came").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1280, 1024, 640])
def test_the_page_is_accessible_and_fits(
    page: Page, live_server: LiveServer, charge: Operation, language: str, width: int
) -> None:
    cookie = {"name": "django_language", "value": language, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.set_viewport_size({"width": width, "height": 900})
    note = f"/attention/differences/{Difference.objects.latest('id').pk}/note/"
    for path in ("/attention/", note, f"/orders/{charge.order.number}/release/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
