"""A charge whose card was entered on the merchant's own page is sent once, by whoever asked."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.gateway import CardForm
from orders.models import ApiRequest, Operation
from orders.sandbox.server import Sandbox
from orders.services import api_requests, card_entry
from orders.states import Status
from tests import steps
from tests.api.conftest import Machine, order


def of(told: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Where a charge that waits for its card is sent, and by what body."""
    path = f"/orders/{told['order']['number']}/charge"
    return path, {"operation": told["operation"]["reference"]}


def enter(told: dict[str, Any]) -> None:
    names = ("action", "fields", "needs_cvv")
    form = CardForm(**{name: told["card_entry"][name] for name in names})
    card_entry.receive_card(steps.type_card(form))


def entered(shop: Machine) -> tuple[str, dict[str, str]]:
    """The same once the card was entered."""
    told = shop.post("/orders", order()).json()
    enter(told)
    return of(told)


def test_a_charge_whose_card_was_not_entered_is_not_sent(shop: Machine, gateway: Sandbox) -> None:
    told = shop.post("/orders", order()).json()
    path = f"/orders/{told['order']['number']}/charge"
    answer = shop.post(path, {"operation": told["operation"]["reference"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    answer = shop.post(path, {"operation": "MO-1-1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "operation_unknown")


def test_what_was_refused_is_done_once_it_can_be(shop: Machine, gateway: Sandbox) -> None:
    told = shop.post("/orders", order()).json()
    path, body = of(told)
    first = shop.post(path, body, again="one-key-for-both")
    assert (first.status_code, first.json()["code"]) == (409, "not_ready")
    other = shop.post(path, body | {"operation": "MO-1-1"}, again="one-key-for-both")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    enter(told)
    answer = shop.post(path, body, again="one-key-for-both")
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")


def test_what_another_request_sent_stays_a_conflict(shop: Machine, gateway: Sandbox) -> None:
    path, body = entered(shop)
    assert shop.post(path, body, again="the-one-that-sends").status_code == 201
    answers = [shop.post(path, body, again="the-one-that-does-not") for _each in "ab"]
    assert [one.status_code for one in answers] == [409, 409]
    assert shop.post(path, body, again="the-one-that-sends").status_code == 201
    assert gateway.count(body["operation"], "PURCHASE") == 1


def test_what_this_request_sent_is_told_although_its_answer_was_lost(
    shop: Machine, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    path, body = entered(shop)
    with monkeypatch.context() as patch:
        patch.setattr(api_requests, "answer", lambda *_args, **_kwargs: None)
        shop.post(path, body, again="the-one-that-sends")
    answer = shop.post(path, body, again="the-one-that-sends")
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")
    ApiRequest.objects.update(answer_status=None, answer="")
    settings.RECONCILE_FIRST = True
    answer = shop.post(path, body, again="the-one-that-sends")
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")
    assert "Idempotency-Replayed" not in answer
    assert gateway.count(body["operation"], "PURCHASE") == 1


def test_an_expired_session_sends_nothing(shop: Machine, gateway: Sandbox) -> None:
    path, body = entered(shop)
    with clock.at(clock.now() + timedelta(hours=1)):
        answer = shop.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "entered_too_long_ago")
    assert Operation.objects.get().status == Status.EXPIRED
