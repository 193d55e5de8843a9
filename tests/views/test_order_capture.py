"""The capture page: all that is reserved or a part of it, once."""

import pytest

from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.states import Kind, OrderStatus
from tests.factories import OrderFactory, StaffFactory
from tests.services.after_sale import reserved
from tests.views.order_pages import signed_in, words
from tests.views.test_order_refund import hidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


def test_what_is_reserved_is_taken_at_one_press(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = reserved(supervisor), signed_in(supervisor)
    url = f"/orders/{order.number}/capture/"
    page = client.get(url)
    assert "Capture AED 125.00 from Visa •••• 0001" in words(page)
    said = hidden(page) | {"how": "everything", "reason_code": "shipped"}
    assert "Approved" in words(client.post(url, said, follow=True))
    order.refresh_from_db()
    assert order.status == OrderStatus.CHARGED


def test_a_part_is_named_on_the_button_first(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = reserved(supervisor), signed_in(supervisor)
    url = f"/orders/{order.number}/capture/"
    said = {"how": "part", "amount": "٢٥٫٥", "reason_code": "part_shipped"}
    shown = client.post(url, hidden(client.get(url)) | said)
    assert "Capture AED 25.50 from Visa •••• 0001" in words(shown)
    client.post(url, hidden(shown) | said)
    assert order.operations.get(kind=Kind.CAPTURE).amount_minor == 2_550
    assert "Part taken" in words(client.get(order.get_absolute_url()))


def test_fault_83_after_the_one_capture_the_page_says_why_there_is_no_other(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = reserved(supervisor), signed_in(supervisor)
    url = f"/orders/{order.number}/capture/"
    said = {"how": "part", "amount": "25", "reason_code": "part_shipped"}
    shown = client.post(url, hidden(client.get(url)) | said)
    client.post(url, hidden(shown) | said)
    assert "a reservation is captured once here" in words(client.get(url, follow=True))


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_others_may_not(role: str) -> None:
    order = OrderFactory(reserved=True)
    client = signed_in(StaffFactory(role=role))
    assert client.get(f"/orders/{order.number}/capture/").status_code == 403
