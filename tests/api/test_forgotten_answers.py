"""An answer that is not kept any more: the act is known again, and told as it stands by then."""

from datetime import timedelta

import pytest
from django.http import HttpResponse

from orders import clock
from orders.models import ApiRequest, Operation, StoredCard
from orders.sandbox.server import Sandbox
from orders.services.forgetting import forget_some
from tests import steps
from tests.api.conftest import Machine, order
from tests.api.test_operations import part
from tests.api.test_send_charge import entered

KEY = "the-key-of-an-act-long-ago"


def forgotten() -> None:
    """All answers, after as many days."""
    ApiRequest.objects.update(created_at=clock.now() - timedelta(days=91))
    forget_some()
    assert not ApiRequest.objects.exclude(answer_status=None, answer="").exists()


def told_anew(shop: Machine, path: str, body: object, first: HttpResponse) -> HttpResponse:
    """The answer to the same request once the first is forgotten."""
    acts = Operation.objects.count()
    forgotten()
    again = shop.post(path, body, again=KEY)
    assert "Idempotency-Replayed" not in again
    assert (again.status_code, again.get("Location")) == (first.status_code, first.get("Location"))
    assert Operation.objects.count() == acts
    return again


def test_an_order_is_told_as_it_stands_and_charged_once(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    first = shop.post("/orders", order(card, reference="WEB-1"), again=KEY)
    number = first.json()["order"]["number"]
    shop.post(f"/orders/{number}/paid")
    StoredCard.objects.update(state=StoredCard.State.REVOKED)
    again = told_anew(shop, "/orders", order(card, reference="WEB-1"), first)
    assert (first.json()["order"]["status"], again.json()["order"]["status"]) == ("charged", "paid")
    assert again.json()["operation"] == first.json()["operation"]
    assert gateway.count(f"{number}-1", "PURCHASE") == 1
    assert shop.post("/orders", order(card, reference="WEB-1"), again=KEY).content == again.content


def test_another_body_is_refused_as_before(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    shop.post("/orders", order(card), again=KEY)
    forgotten()
    answer = shop.post("/orders", order(card, description="Two"), again=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Operation.objects.count() == 1


def test_a_decline_stays_one_and_is_not_tried_again(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    StoredCard.objects.update(token_name=gateway.make_token(steps.DECLINED_VISA))
    first = shop.post("/orders", order(card), again=KEY)
    again = told_anew(shop, "/orders", order(card), first)
    assert again.json()["operation"]["status"] == "declined"
    assert gateway.count(str(Operation.objects.get()), "PURCHASE") == 1


def test_another_try_is_known_again(shop: Machine, card: StoredCard, gateway: Sandbox) -> None:
    token = card.token_name
    StoredCard.objects.update(token_name=gateway.make_token(steps.DECLINED_VISA))
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    StoredCard.objects.update(token_name=token)
    path, body = f"/orders/{number}/tries", {"card": card.pk}
    first = shop.post(path, body, again=KEY)
    assert told_anew(shop, path, body, first).json() == first.json()
    assert gateway.count(f"{number}-2", "PURCHASE") == 1


def test_a_charge_whose_card_was_entered_is_known_again(shop: Machine, gateway: Sandbox) -> None:
    path, body = entered(shop)
    first = shop.post(path, body, again=KEY)
    assert told_anew(shop, path, body, first).json() == first.json()
    assert gateway.count(body["operation"], "PURCHASE") == 1


@pytest.mark.parametrize("what", ["captures", "voids"])
def test_what_followed_a_reservation_is_known_again(
    shop: Machine, card: StoredCard, gateway: Sandbox, what: str
) -> None:
    number = shop.post("/orders", order(card, wants="authorization")).json()["order"]["number"]
    body = part(4_000) if what == "captures" else {"reason_code": "cancelled"}
    first = shop.post(f"/orders/{number}/{what}", body, again=KEY)
    assert first.status_code == 201
    assert told_anew(shop, f"/orders/{number}/{what}", body, first).json() == first.json()


def test_a_refund_is_known_again_and_gives_back_once(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    path, body = f"/orders/{number}/refunds", part(2_500, reason_code="returned")
    first = shop.post(path, body, again=KEY)
    assert told_anew(shop, path, body, first).json() == first.json()
    assert gateway.count(f"{number}-1", "REFUND") == 1


def test_an_order_marked_as_paid_stays_so_although_all_was_given_back(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    path = f"/orders/{number}/paid"
    first = shop.post(path, again=KEY)
    shop.post(f"/orders/{number}/refunds", part(12_500, reason_code="returned"))
    again = told_anew(shop, path, None, first).json()
    assert (again["status"], again["paid_at"]) == ("refunded", first.json()["paid_at"])
