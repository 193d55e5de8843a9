"""What follows a charge, by the API: capture, void, refund."""

import pytest

from orders.models import StoredCard
from orders.sandbox.server import Sandbox
from tests.api.conftest import Machine, order


@pytest.fixture
def reserved(shop: Machine, card: StoredCard) -> str:
    answer = shop.post("/orders", order(card, wants="authorization"))
    assert answer.json()["order"]["status"] == "reserved"
    return str(answer.json()["order"]["number"])


def part(amount_minor: int, **said: object) -> dict[str, object]:
    return {"amount_minor": amount_minor, "reason_code": "other", "reason": "As agreed"} | said


def test_a_reservation_is_captured_and_refunded_in_parts(
    shop: Machine, reserved: str, gateway: Sandbox
) -> None:
    told = shop.post(f"/orders/{reserved}/captures", part(10_000)).json()
    assert (told["operation"]["kind"], told["operation"]["of"]) == ("capture", f"{reserved}-1")
    assert (told["order"]["status"], told["order"]["captured_minor"]) == ("charged", 10_000)
    answer = shop.post(f"/orders/{reserved}/refunds", part(4_000, reason_code="returned"))
    assert (answer.status_code, answer.json()["order"]["status"]) == (201, "part_refunded")
    kinds = [one["kind"] for one in shop.get(f"/orders/{reserved}/operations").json()["operations"]]
    assert kinds == ["authorization", "capture", "refund"]


def test_a_reservation_is_let_go_of_whole(shop: Machine, reserved: str) -> None:
    answer = shop.post(f"/orders/{reserved}/voids", {"reason_code": "cancelled"})
    assert (answer.status_code, answer.json()["order"]["status"]) == (201, "voided")


def test_the_same_refund_again_gives_back_once(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    body = part(2_500, reason_code="returned")
    answers = [shop.post(f"/orders/{number}/refunds", body, again="one-refund") for _each in "ab"]
    assert answers[0].content == answers[1].content
    assert gateway.count(f"{number}-1", "REFUND") == 1


def test_a_refund_whose_answer_was_lost_is_202(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    gateway.set(force="920")
    answer = shop.post(f"/orders/{number}/refunds", part(2_500, reason_code="returned"))
    gateway.set(force="")
    assert (answer.status_code, answer.json()["operation"]["status"]) == (202, "unknown")
    assert answer["Location"] == f"/api/v1/orders/{number}/operations/{number}-1-R1"
    answer = shop.post(f"/orders/{number}/refunds", part(2_500, reason_code="returned"))
    assert (answer.status_code, answer.json()["code"]) == (409, "follow_up_under_way")


@pytest.mark.parametrize(
    ("what", "body", "code"),
    [
        ("captures", part(12_501), "more_than_is_left"),
        ("captures", part(1_000, reason_code="returned"), "reason_unknown"),
        ("captures", part(1_000, reason=""), "reason_missing"),
        ("refunds", part(1_000), "not_now"),
        ("voids", {"reason_code": "cancelled", "charge": "MO-1-1"}, "not_now"),
        ("voids", part(1_000), "invalid"),
    ],
)
def test_what_cannot_follow_is_refused_with_its_reason(
    shop: Machine, reserved: str, what: str, body: dict[str, object], code: str
) -> None:
    answer = shop.post(f"/orders/{reserved}/{what}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_operation_that_is_not_the_orders_is_not_found(shop: Machine, reserved: str) -> None:
    assert shop.get(f"/orders/{reserved}/operations/{reserved}-1").status_code == 200
    assert shop.get(f"/orders/{reserved}/operations/{reserved}-2").status_code == 404
