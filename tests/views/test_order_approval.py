"""The page of one request: who may decides, after typing the password; who asked takes it back."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.crypto import salted_hmac

from orders.models import ApprovalRequest, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals
from orders.states import ApprovalStatus, OrderStatus
from tests.factories import StaffFactory
from tests.services.over_ceiling import charge_over, limit_charges, new_key, request_of
from tests.views.order_pages import look, signed_in, words
from tests.views.test_order_refund import proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    limit_charges()
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor() -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def asked(agent: Staff, gateway: Sandbox) -> ApprovalRequest:
    return charge_over(agent)


def url(asked: ApprovalRequest) -> str:
    return f"/orders/{asked.order.number}/approvals/{asked.pk}/"


def press(client: Client, asked: ApprovalRequest, **typed: str) -> HttpResponse:
    return client.post(url(asked), typed, follow=True)


def test_the_waiting_order_says_who_may_approve_until_when_and_that_the_caller_may_go(
    asked: ApprovalRequest, supervisor: Staff
) -> None:
    page = look(asked.order)
    assert "Waiting for approval" in page
    assert f"can be approved by: \u2068{supervisor}\u2069" in page
    assert "is reserved on your card, and not yet taken" in page
    assert "You may end the call." in page


def test_the_waiting_order_says_whom_to_tell_where_nobody_may_approve(
    asked: ApprovalRequest,
) -> None:
    page = look(asked.order)
    assert "Nobody here may approve it: tell an administrator before" in page
    assert "can be approved by" not in page


def test_approved_at_one_press_and_the_order_is_charged(
    asked: ApprovalRequest, supervisor: Staff
) -> None:
    client = proven(supervisor)
    assert "Approve: Charge AED 125.00" in words(client.get(url(asked)))
    page = words(press(client, asked, approve="1"))
    assert "Approved. See below what came of it." in page
    assert f"Second person: {supervisor}" in page
    asked.order.refresh_from_db()
    assert asked.order.status == OrderStatus.CHARGED


def test_refused_with_a_reason_that_the_order_shows(
    asked: ApprovalRequest, supervisor: Staff
) -> None:
    page = words(press(proven(supervisor), asked, refuse="1", reason="Too much for one call"))
    assert "Not approved" in page
    assert "Too much for one call" in page
    assert "The reserved amount was let go" in page
    assert "We cannot take this payment now." in look(asked.order)


def test_a_refusal_without_a_reason_is_shown_again(
    asked: ApprovalRequest, supervisor: Staff
) -> None:
    assert "Say why, in a few words." in words(press(proven(supervisor), asked, refuse="1"))
    assert request_of(asked.order).is_pending


def test_a_press_of_no_button_decides_nothing(asked: ApprovalRequest, supervisor: Staff) -> None:
    press(proven(supervisor), asked, reason="Enter was pressed")
    assert request_of(asked.order).is_pending


def test_the_password_is_asked_for_first(asked: ApprovalRequest, supervisor: Staff) -> None:
    client = signed_in(supervisor)
    for answer in (client.get(url(asked)), client.post(url(asked), {"approve": "1"})):
        assert "/accounts/reauthenticate/" in answer.headers["Location"]
    assert request_of(asked.order).is_pending


def test_who_asked_takes_it_back_and_is_asked_for_no_password(
    asked: ApprovalRequest, agent: Staff
) -> None:
    client = signed_in(agent)
    page = words(client.get(url(asked)))
    assert "Take it back" in page
    assert "Approve:" not in page
    assert "Taken back." in words(press(client, asked, withdraw="1"))
    assert request_of(asked.order).status == ApprovalStatus.WITHDRAWN


def test_who_asked_and_may_approve_others_decides_not_their_own(
    supervisor: Staff, gateway: Sandbox
) -> None:
    limit_charges(role="supervisor")
    asked, client = charge_over(supervisor), proven(supervisor)
    page = words(client.get(url(asked)))
    assert "You asked for this yourself." in page
    assert "Approve:" not in page
    press(client, asked, approve="1")
    assert request_of(asked.order).is_pending


def test_a_request_made_in_the_very_session_is_not_decided_in_it(
    agent: Staff, supervisor: Staff, asked: ApprovalRequest
) -> None:
    client = proven(supervisor)
    own = digest_of(client.session.session_key or "")
    ApprovalRequest.objects.filter(pk=asked.pk).update(requested_in=own)
    assert "in your own session" in words(press(client, asked, approve="1"))
    assert request_of(asked.order).is_pending
    assert "Approved. See below" in words(press(proven(supervisor), asked, approve="1"))


def test_a_request_remembers_the_session_it_was_made_in(agent: Staff, gateway: Sandbox) -> None:
    client = signed_in(agent)
    typed = {
        "form_key": new_key(),
        "source": "phone",
        "name": "Aisha Rahman",
        "email": "aisha@example.com",
        "card": "new",
        "currency": "AED",
        "amount": "125",
        "wants": "purchase",
        "charge": "1",
    }
    client.post("/orders/new/", typed)
    assert ApprovalRequest.objects.get().requested_in == digest_of(client.session.session_key or "")


def digest_of(session_key: str) -> str:
    return salted_hmac("orders.origin", session_key, algorithm="sha256").hexdigest()


def test_the_second_approver_is_told_who_was_quicker(
    asked: ApprovalRequest, supervisor: Staff
) -> None:
    slow = proven(StaffFactory(supervisor=True))
    slow.get(url(asked))
    approvals.approve(actor=supervisor, request=asked)
    page = words(press(slow, asked, refuse="1", reason="Too much for one call"))
    assert request_of(asked.order).status == ApprovalStatus.APPROVED
    assert f"\u2068{supervisor}\u2069 was quicker and approved it." in page


def test_nobody_without_the_order_or_the_right_sees_it(asked: ApprovalRequest) -> None:
    assert signed_in(StaffFactory(agent=True)).get(url(asked)).status_code == 404
    assert signed_in(StaffFactory(admin=True)).get(url(asked)).status_code == 403
    auditor = signed_in(StaffFactory(auditor=True))
    assert "Approve:" not in words(auditor.get(url(asked)))
    press(auditor, asked, approve="1")
    assert request_of(asked.order).is_pending


def test_the_request_of_another_order_is_not_found(
    asked: ApprovalRequest, agent: Staff, supervisor: Staff
) -> None:
    other = charge_over(agent, 14_000)
    path = f"/orders/{other.order.number}/approvals/{asked.pk}/"
    assert proven(supervisor).get(path).status_code == 404
