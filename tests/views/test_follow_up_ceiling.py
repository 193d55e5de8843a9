"""Over the ceiling the button of a capture or refund asks for approval, and sends nothing."""

import pytest

from orders.models import Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals
from orders.states import Act, Kind
from tests.factories import StaffFactory
from tests.services.after_sale import act, charged, reserved
from tests.services.over_ceiling import ceiling, request_of
from tests.views.order_pages import look, words
from tests.views.test_order_refund import hidden, press, proven, refunds, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    ceiling("supervisor", Act.REFUND, 5_000, 8_000)
    ceiling("supervisor", Act.CAPTURE, 5_000)
    return StaffFactory(supervisor=True)


def test_a_refund_over_the_ceiling_is_asked_for_at_one_press(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    assert "Ask for approval · AED 125.00" in words(page)
    assert "Refund AED 125.00" not in words(page)
    told = words(press(client, order, page))
    assert "Waiting for approval" in told
    assert "Refund of AED 125.00: nothing was sent yet." in told
    assert refunds(order) == 0
    request = request_of(order)
    assert (request.act, request.amount_minor, request.reason_code) == (
        "refund",
        12_500,
        "returned",
    )
    assert "This form was used already." in words(press(client, order, page))


def test_a_part_within_the_ceiling_is_refunded_at_once(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = charged(supervisor), proven(supervisor)
    shown = press(client, order, client.get(url(order)), how="part", amount="50")
    assert "Refund AED 50.00 to Visa •••• 0001" in words(shown)
    assert "asks" not in hidden(shown)
    press(client, order, shown, how="part", amount="50")
    assert refunds(order) == 1


def test_a_button_that_named_a_refund_asks_for_nothing(supervisor: Staff, gateway: Sandbox) -> None:
    """Another refund of this person was quicker, and the day's ceiling is reached by now."""
    order, client = charged(supervisor), proven(supervisor)
    shown = press(client, order, client.get(url(order)), how="part", amount="50")
    act("refund", supervisor, charged(supervisor, amount_minor=13_000), 4_000)
    again = press(client, order, shown, how="part", amount="50")
    assert "Ask for approval · AED 50.00" in words(again)
    assert "Nothing was sent yet." in words(again)
    assert (refunds(order), order.approvals.count()) == (0, 0)
    press(client, order, again, how="part", amount="50")
    assert order.approvals.count() == 1


def test_a_button_that_asked_refunds_nothing(supervisor: Staff, gateway: Sandbox) -> None:
    """The ceiling was lifted meanwhile: the page is shown once more with another button."""
    order, client = charged(supervisor), proven(supervisor)
    page = client.get(url(order))
    ceiling("supervisor", Act.REFUND, 50_000)
    assert "Refund AED 125.00 to Visa" in words(press(client, order, page))
    assert (refunds(order), order.approvals.count()) == (0, 0)


def test_a_capture_over_the_ceiling_is_asked_for_too(supervisor: Staff, gateway: Sandbox) -> None:
    order, client = reserved(supervisor), proven(supervisor)
    path = f"/orders/{order.number}/capture/"
    page = client.get(path)
    assert "Ask for approval · AED 125.00" in words(page)
    typed = {"how": "everything", "reason_code": "shipped"} | hidden(page)
    client.post(path, typed)
    assert request_of(order).act == "capture"
    assert not order.operations.filter(kind=Kind.CAPTURE).exists()


def test_a_second_request_for_the_same_is_told_that_one_waits(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    press(client, order, client.get(url(order)))
    told = words(press(client, order, client.get(url(order))))
    assert "Approval of this was asked for already." in told
    assert order.approvals.count() == 1


def test_a_refused_refund_is_told_on_the_order_for_a_while(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order, client = charged(supervisor), proven(supervisor)
    press(client, order, client.get(url(order)))
    other = StaffFactory(supervisor=True)
    request = request_of(order)
    approvals.refuse(actor=other, request=request, reason="Goods did not come back")
    page = look(order)
    assert "Not approved" in page
    assert "Goods did not come back" in page
    act("refund", supervisor, order, 1_000)
    assert "Not approved" not in look(order).split("What happened")[0]
