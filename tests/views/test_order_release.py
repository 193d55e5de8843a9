"""Two people let go of a charge on one form; nothing less does it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from orders import clock
from orders.models import Event, Operation, Staff
from orders.states import Status
from tests.factories import PASSWORD, OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_attempts() -> None:
    cache.clear()


@pytest.fixture
def charge() -> Operation:
    charge = OrderFactory(unknown=True).operations.get()
    sent_at = clock.now() - timedelta(minutes=31)
    Operation.objects.filter(pk=charge.pk).update(submitted_at=sent_at)
    return charge


@pytest.fixture
def second() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def client() -> Client:
    return signed_in(StaffFactory(supervisor=True))


def post(client: Client, charge: Operation, second: Staff, **changes: str) -> HttpResponse:
    typed = {
        "typed_reference": charge.merchant_reference,
        "reason": "Their books do not know it",
        "second_username": second.username,
        "second_password": PASSWORD,
    }
    return client.post(_url(charge), typed | changes, follow=True)


def status(charge: Operation) -> str:
    charge.refresh_from_db()
    return charge.status


def test_two_people_let_go_of_it(client: Client, charge: Operation, second: Staff) -> None:
    assert charge.merchant_reference in words(client.get(_url(charge)))
    page = words(post(client, charge, second))
    assert status(charge) == Status.RELEASED
    assert "It may still have happened." in page
    assert f"Second person: {second}" in page


def test_nobody_else_is_signed_in_by_it(client: Client, charge: Operation, second: Staff) -> None:
    before = client.session["_auth_user_id"]
    post(client, charge, second)
    assert client.session["_auth_user_id"] == before


def test_a_wrong_password_does_nothing_and_is_in_the_trail(
    client: Client, charge: Operation, second: Staff
) -> None:
    page = post(client, charge, second, second_password="wrong-password-1")
    assert "This name and password do not belong together." in words(page)
    assert "wrong-password-1" not in page.content.decode()
    assert status(charge) == Status.UNKNOWN
    assert Event.objects.get(kind="sign_in_refused").actor == second


def test_guessing_the_password_is_stopped(client: Client, charge: Operation, second: Staff) -> None:
    for _ in range(10):
        post(client, charge, second, second_password="wrong-password-1")
    page = post(client, charge, second)
    assert status(charge) == Status.UNKNOWN
    assert "Too many failed login attempts" in words(page)


def test_the_same_person_twice_is_refused(client: Client, charge: Operation) -> None:
    myself = Staff.objects.get(pk=client.session["_auth_user_id"])
    assert "Another person has to agree." in words(post(client, charge, myself))
    assert status(charge) == Status.UNKNOWN


def test_a_second_person_without_the_right_is_refused(client: Client, charge: Operation) -> None:
    page = post(client, charge, StaffFactory(agent=True))
    assert "does not have the right" in words(page)
    assert status(charge) == Status.UNKNOWN


def test_a_wrong_reference_is_refused_before_any_password_is_tried(
    client: Client, charge: Operation, second: Staff
) -> None:
    page = post(client, charge, second, typed_reference="MO-1", second_password="wrong-1")
    assert "This is not the reference of the charge." in words(page)
    assert not Event.objects.filter(kind="sign_in_refused").exists()


def test_it_is_too_early_before_thirty_minutes(
    client: Client, charge: Operation, second: Staff
) -> None:
    Operation.objects.filter(pk=charge.pk).update(submitted_at=clock.now())
    assert "It is too early." in words(post(client, charge, second))
    assert status(charge) == Status.UNKNOWN


def test_a_settled_charge_leads_back_to_its_order(client: Client) -> None:
    charged = OrderFactory(charged=True).operations.get()
    page = client.get(_url(charged), follow=True)
    assert "Only a charge that is not known yet" in words(page)


@pytest.mark.parametrize("role", ["agent", "auditor", "admin"])
def test_others_may_not(charge: Operation, second: Staff, role: str) -> None:
    answer = post(signed_in(StaffFactory(role=role)), charge, second)
    assert answer.status_code == 403
    assert status(charge) == Status.UNKNOWN


def _url(charge: Operation) -> str:
    return f"/orders/{charge.order.number}/release/"
