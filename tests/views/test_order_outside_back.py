"""Taking back a payment outside the gateway: its own page, its own reason."""

import pytest

from orders.models import OutsidePayment, Staff
from orders.states import OrderStatus
from tests.factories import OrderFactory, OutsidePaymentFactory, StaffFactory
from tests.views.order_pages import look, signed_in, words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def payment() -> OutsidePayment:
    return OrderFactory(paid_outside=True).outside_payments.get()


def url(payment: OutsidePayment) -> str:
    return f"/orders/{payment.order.number}/outside/{payment.pk}/back/"


def test_a_cheque_that_bounced_is_taken_back(supervisor: Staff, payment: OutsidePayment) -> None:
    client = proven(supervisor)
    assert "Take KWD 250.500 back (Cheque)" in words(client.get(url(payment)))
    shown = client.post(url(payment), {"reason": "It bounced"}, follow=True)
    assert "That payment does not count any more." in words(shown)
    payment.refresh_from_db()
    assert (payment.taken_back_by, payment.taken_back_reason) == (supervisor, "It bounced")
    assert payment.order.status == OrderStatus.OPEN


@pytest.mark.parametrize("reason", ["", "no"])
def test_it_needs_a_reason(supervisor: Staff, payment: OutsidePayment, reason: str) -> None:
    shown = proven(supervisor).post(url(payment), {"reason": reason})
    assert "Say why, in a few words." in words(shown)
    payment.refresh_from_db()
    assert payment.taken_back_at is None


def test_a_second_person_is_told_that_it_was_taken_back(
    supervisor: Staff, payment: OutsidePayment
) -> None:
    client = proven(supervisor)
    for _press in range(2):
        answer = client.post(url(payment), {"reason": "It bounced"}, follow=True)
    assert "was taken back already" in words(answer)


def test_a_payment_of_another_order_is_not_found(
    supervisor: Staff, payment: OutsidePayment
) -> None:
    other = OrderFactory()
    path = f"/orders/{other.number}/outside/{payment.pk}/back/"
    assert proven(supervisor).get(path).status_code == 404


def test_a_session_without_a_password_takes_nothing_back(
    supervisor: Staff, payment: OutsidePayment
) -> None:
    assert signed_in(supervisor).post(url(payment), {"reason": "It bounced"}).status_code == 302
    payment.refresh_from_db()
    assert payment.taken_back_at is None


@pytest.mark.parametrize("role", ["agent", "clerk", "auditor", "admin"])
def test_others_may_not(role: str, payment: OutsidePayment) -> None:
    client = proven(StaffFactory(role=role))
    assert client.get(url(payment)).status_code == 403
    assert client.post(url(payment), {"reason": "It bounced"}).status_code == 403


def test_the_orders_page_offers_it_to_who_may(supervisor: Staff, payment: OutsidePayment) -> None:
    html = signed_in(supervisor).get(payment.order.get_absolute_url()).content.decode()
    assert f'href="{url(payment)}"' in html
    agent = payment.order.taken_by
    assert agent is not None
    assert "Take the payment back…" not in look(payment.order, agent)


def test_another_one_can_be_recorded_after_it(supervisor: Staff, payment: OutsidePayment) -> None:
    proven(supervisor).post(url(payment), {"reason": "It bounced"})
    OutsidePaymentFactory(order=payment.order)
    html = signed_in(supervisor).get(payment.order.get_absolute_url()).content.decode()
    assert html.count("Outside the gateway, received") == 2
