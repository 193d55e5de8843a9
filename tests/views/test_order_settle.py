"""Two people settle on one form what the gateway does not tell."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from orders import clock
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.states import Status
from tests.factories import PASSWORD, OrderFactory, StaffFactory
from tests.services.after_sale import charged, lost, reserved
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def second() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def refund(supervisor: Staff, gateway: Sandbox) -> Operation:
    """A part that was refunded 31 minutes ago, of an account that delivers no totals."""
    gateway.set(totals=False)
    refund = lost(gateway, "refund", supervisor, charged(supervisor), 2_500)
    sent_at = clock.now() - timedelta(minutes=31)
    Operation.objects.filter(pk=refund.pk).update(submitted_at=sent_at)
    return refund


def url(operation: Operation) -> str:
    return f"/orders/{operation.order.number}/settle/{operation.pk}/"


def post(client: Client, operation: Operation, second: Staff, **changes: str) -> HttpResponse:
    typed = {
        "said": "happened",
        "seen_fort_id": "169996200000099999",
        "reason": "Seen in their books",
        "second_username": second.username,
        "second_password": PASSWORD,
    }
    return client.post(url(operation), typed | changes, follow=True)


def status(operation: Operation) -> str:
    operation.refresh_from_db()
    return operation.status


def test_two_people_settle_it(supervisor: Staff, second: Staff, refund: Operation) -> None:
    client = signed_in(supervisor)
    assert url(refund) in client.get("/attention/").content.decode()
    assert url(refund) in client.get(refund.order.get_absolute_url()).content.decode()
    page = words(post(client, refund, second))
    assert "Settled as you both saw it." in page
    assert f"Second person: {second}" in page
    assert status(refund) == Status.APPROVED


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seen_fort_id": ""}, "Type the number"),
        ({"said": ""}, "Say what you saw."),
        ({"second_password": "wrong-password-1"}, "do not belong together"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_less_than_that_settles_nothing(
    supervisor: Staff, second: Staff, refund: Operation, changes: dict[str, str], sentence: str
) -> None:
    page = post(signed_in(supervisor), refund, second, **changes)
    assert sentence in words(page)
    assert "wrong-password-1" not in page.content.decode()
    assert status(refund) == Status.UNKNOWN


def test_one_person_in_two_roles_settles_nothing(supervisor: Staff, refund: Operation) -> None:
    assert "Another person" in words(post(signed_in(supervisor), refund, supervisor))
    assert status(refund) == Status.UNKNOWN


def test_of_an_old_reservation_only_its_end_can_be_said(
    supervisor: Staff, second: Staff, gateway: Sandbox
) -> None:
    charge = reserved(supervisor).operations.get()
    sent_at = clock.now() - timedelta(days=5)
    Operation.objects.filter(pk=charge.pk).update(submitted_at=sent_at)
    client = signed_in(supervisor)
    assert "It happened" not in words(client.get(url(charge)))
    post(client, charge, second, said="did_not", seen_fort_id="")
    assert status(charge) == Status.LAPSED


def test_what_needs_no_settling_leads_back_to_its_order(supervisor: Staff) -> None:
    charge = OrderFactory(charged=True).operations.get()
    page = signed_in(supervisor).get(url(charge), follow=True)
    assert "There is nothing to settle here." in words(page)


def test_the_operation_of_another_order_is_not_found(supervisor: Staff, refund: Operation) -> None:
    other = OrderFactory(charged=True)
    page = signed_in(supervisor).get(f"/orders/{other.number}/settle/{refund.pk}/")
    assert page.status_code == 404


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(refund: Operation, second: Staff, role: str) -> None:
    answer = post(signed_in(StaffFactory(role=role)), refund, second)
    assert answer.status_code == 403
    assert status(refund) == Status.UNKNOWN
