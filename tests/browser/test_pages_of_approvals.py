"""The pages of approvals and ceilings, held against all that is asked of every page."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from orders.models import Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, outside_payments
from orders.states import Act, Kind, OrderStatus
from tests.browser.test_every_page import look_at
from tests.chromium import SignIn
from tests.factories import PASSWORD, OperationFactory, OrderFactory, StaffFactory
from tests.services.after_sale import charged
from tests.services.outside import received
from tests.services.over_ceiling import ask, ceiling, charge_over, limit_charges

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest, page: Page, live_server: LiveServer) -> str:
    cookie = {"name": "django_language", "value": request.param, "url": live_server.url}
    page.context.add_cookies([cookie])
    return str(request.param)


@pytest.fixture
def person() -> Staff:
    """A supervisor, whose name is of both languages' alphabets nowhere but in Arabic."""
    return StaffFactory(supervisor=True, first_name="ليلى", last_name="حداد")


def test_pages_of_approvals_and_ceilings(
    page: Page, sign_in: SignIn, person: Staff, language: str, gateway: Sandbox
) -> None:
    gateway.set(feedback="off")
    limit_charges()
    ceiling("supervisor", Act.REFUND, 5_000)
    agent = StaffFactory(agent=True, first_name="سارة", last_name="عمر")
    waiting, refused = charge_over(agent), charge_over(agent, 14_000)
    approvals.refuse(actor=person, request=refused, reason="المبلغ كبير")
    taken = charged(person, amount_minor=13_000)
    asked = ask(Kind.REFUND, person, taken, 7_500)
    unknown = OrderFactory(amount_minor=12_000, currency="AED", taken_by=agent)
    ceiling("supervisor", Act.OUTSIDE, 5_000)
    cheque = received(unknown, reference="4711", reason="ليس لدى العميل بطاقة")
    outside_payments.ask(actor=person, order=unknown, received=cheque)
    OperationFactory(order=unknown, unknown=True)
    Order.objects.filter(pk=unknown.pk).update(status=OrderStatus.UNKNOWN)
    sign_in(person)
    page.goto("/accounts/reauthenticate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/new/")
    for path in (
        "/approvals/",
        f"/orders/{waiting.order.number}/approvals/{waiting.pk}/",
        f"/orders/{taken.number}/approvals/{asked.pk}/",
        f"/orders/{waiting.order.number}/",
        f"/orders/{refused.order.number}/",
        f"/orders/{taken.number}/",
        f"/orders/{unknown.number}/",
        f"/orders/{charged(person, amount_minor=15_000).number}/refund/",
        "/orders/?status=waiting_approval&period=any",
        "/ceilings/",
    ):
        look_at(page, language, path)


def test_the_page_on_which_ceilings_are_changed(page: Page, sign_in: SignIn, language: str) -> None:
    row = ceiling("agent", Act.CHARGE, 5_000)
    sign_in(StaffFactory(admin=True, first_name="دانة", last_name="صالح"))
    look_at(page, language, f"/ceilings/?group={row.group_id}&currency=AED&act=charge")
