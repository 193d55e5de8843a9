"""The void page: the whole reservation is let go of, and the order is free."""

import pytest

from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.states import Kind, OrderStatus
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import act, reserved
from tests.views.order_pages import signed_in, words
from tests.views.test_order_refund import hidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def test_the_whole_reservation_is_let_go_of(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = reserved(supervisor), signed_in(supervisor)
    url = f"/orders/{order.number}/void/"
    page = client.get(url)
    assert "Void AED 125.00 on Visa •••• 0001" in words(page)
    assert 'name="amount"' not in page.content.decode()
    shown = client.post(url, hidden(page) | {"reason_code": "cancelled"}, follow=True)
    assert "The reserved amount was let go." in words(shown)
    order.refresh_from_db()
    assert order.status == OrderStatus.VOIDED


def test_fault_84_after_a_capture_the_page_says_to_refund(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = reserved(supervisor)
    act("capture", supervisor, order, 5_000)
    page = signed_in(supervisor).get(f"/orders/{order.number}/void/", follow=True)
    assert "Refund that instead" in words(page)
    assert not order.operations.filter(kind=Kind.VOID).exists()


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    order = OrderFactory(reserved=True)
    client = signed_in(StaffFactory(role=role))
    assert client.get(f"/orders/{order.number}/void/").status_code == 403
