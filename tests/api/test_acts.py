"""The same Idempotency-Key again: one act, whatever became of the first answer."""

import hashlib
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import ApiRequest, Customer, Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import api_keys, api_requests, charge, customers
from orders.states import Status
from tests.api.conftest import Machine, make_machine, order
from tests.services.after_sale import asked
from tests.together import together

KEY = "6f1c2a2e-5b1d-4c59-9d8e-0c5f5f6b7a88"


def charges(gateway: Sandbox) -> int:
    return sum(gateway.count(str(one), "PURCHASE") for one in Operation.objects.all())


def test_the_same_request_again_gets_the_same_answer(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    first = shop.post("/orders", order(card), again=KEY)
    spelled = order(card)
    again = shop.post("/orders", dict(reversed(spelled.items())), again=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert charges(gateway) == Order.objects.count() == 1


def test_the_answer_stays_the_same_although_the_order_went_on(
    shop: Machine, card: StoredCard
) -> None:
    first = shop.post("/orders", order(card), again=KEY)
    shop.post(f"/orders/{first.json()['order']['number']}/paid")
    assert shop.post("/orders", order(card), again=KEY).content == first.content


def test_an_answer_of_an_earlier_version_is_given_as_it_was(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    first = shop.post("/orders", order(card), again=KEY)
    ApiRequest.objects.update(answer='{"order": "as it was told then"}', answer_status=200)
    again = shop.post("/orders", order(card), again=KEY)
    assert (again.status_code, again.content) == (200, b'{"order": "as it was told then"}')
    assert again["Location"] == first["Location"]


@pytest.mark.parametrize("changes", [{"amount_minor": 12_600}, {"description": "Two"}])
def test_another_body_under_the_same_key_is_a_conflict(
    shop: Machine, card: StoredCard, gateway: Sandbox, changes: dict[str, object]
) -> None:
    shop.post("/orders", order(card), again=KEY)
    answer = shop.post("/orders", order(card, **changes), again=KEY)
    assert answer.status_code == 409
    assert answer.json()["type"] == "/api/v1/problems/idempotency-key-reused"
    assert charges(gateway) == 1


def test_another_address_under_the_same_key_is_a_conflict(shop: Machine, card: StoredCard) -> None:
    number = shop.post("/orders", order(card), again=KEY).json()["order"]["number"]
    assert shop.post(f"/orders/{number}/paid", again=KEY).status_code == 409


def test_two_machines_may_use_the_same_key(shop: Machine, card: StoredCard, admin: object) -> None:
    other = make_machine(admin)  # type: ignore[arg-type]
    first = shop.post("/orders", order(card), again=KEY).json()
    second = other.post("/orders", order(card, amount_minor=9_900), again=KEY).json()
    assert first["order"]["number"] != second["order"]["number"]


@pytest.mark.parametrize("key", ["", "short", "with blanks in it", "x" * 65])
def test_an_act_needs_a_key_of_its_own(shop: Machine, card: StoredCard, key: str) -> None:
    answer = shop.post("/orders", order(card), **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_needed")
    assert not Order.objects.exists()


def test_a_process_that_died_before_it_sent_leaves_no_second_charge(
    shop: Machine, card: StoredCard, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_placed: object) -> Operation:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(charge, "proceed", die)
        with pytest.raises(SystemExit):
            shop.post("/orders", order(card), again=KEY)
    assert Operation.objects.get().status == Status.SENDING
    answer = shop.post("/orders", order(card), again=KEY)
    assert (answer.status_code, answer.json()["operation"]["status"]) == (202, "sending")
    assert charges(gateway) == 0


def test_a_process_that_died_before_it_answered_is_asked_again_and_charges_once(
    shop: Machine, card: StoredCard, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object, **_kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(api_requests, "answer", die)
        with pytest.raises(SystemExit):
            shop.post("/orders", order(card), again=KEY)
    assert ApiRequest.objects.get().answer_status is None
    answer = shop.post("/orders", order(card), again=KEY)
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")
    assert charges(gateway) == Order.objects.count() == 1


def test_an_unknown_act_tells_how_it_stands_by_then(shop: Machine, card: StoredCard) -> None:
    body = order(card, amount_minor=12_920)
    first = shop.post("/orders", body, again=KEY)
    assert first.status_code == 202
    asked(Operation.objects.get(), minutes=1)
    again = shop.post("/orders", body, again=KEY)
    assert (again.status_code, again.json()["operation"]["status"]) == (201, "approved")
    assert again.json()["order"]["number"] == first.json()["order"]["number"]


def test_a_customer_who_was_renamed_meanwhile_is_the_same(shop: Machine, gateway: Sandbox) -> None:
    first = shop.post("/orders", order(), again=KEY)
    customers.update(actor=None, customer=Customer.objects.get(), name="Aisha Al Rahman")
    again = shop.post("/orders", order(), again=KEY)
    assert again.status_code == 201, again.content
    assert again.json()["order"]["number"] == first.json()["order"]["number"]
    assert Customer.objects.count() == Order.objects.count() == 1


@pytest.mark.parametrize("is_late", [False, True])
def test_that_nothing_was_charged_is_told_until_a_success_comes_late(
    shop: Machine, card: StoredCard, *, is_late: bool
) -> None:
    """While it is looked at again it is not over; later, too, no old answer hides a success."""
    body = order(card, amount_minor=12_940)
    shop.post("/orders", body, again=KEY)
    looks_at = None if is_late else clock.now() + timedelta(hours=1)
    Operation.objects.update(status=Status.NOT_CHARGED, next_check_at=looks_at)
    absent = shop.post("/orders", body, again=KEY)
    told = absent.json()["operation"]
    assert told["status"] == "not_charged"
    assert (absent.status_code, told["is_final"], told["is_looked_at_again"]) == (
        (201, True, False) if is_late else (202, False, True)
    )
    asked_for = shop.get(absent["Location"].removeprefix("/api/v1"))
    assert asked_for.get("Retry-After", "") == absent.get("Retry-After", "")
    assert is_late or 3_590 <= int(absent["Retry-After"]) <= 3_600
    Operation.objects.update(status=Status.APPROVED, fort_id="169000000000000001")
    late = shop.post("/orders", body, again=KEY)
    assert (late.status_code, late.json()["operation"]["status"]) == (201, "approved")


def test_a_refused_act_may_be_asked_for_again(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    StoredCard.objects.update(state=StoredCard.State.FROZEN)
    assert shop.post("/orders", order(card), again=KEY).status_code == 422
    StoredCard.objects.update(state=StoredCard.State.ACTIVE)
    assert shop.post("/orders", order(card), again=KEY).status_code == 201
    assert charges(gateway) == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_with_one_key_charge_once(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    body = order(card)
    answers = together(*[lambda: shop.post("/orders", body, again=KEY)] * 4)
    codes = sorted(getattr(one, "status_code", 0) for one in answers)
    assert set(codes) <= {201, 202}, [getattr(one, "content", one) for one in answers]
    assert charges(gateway) == Order.objects.count() == ApiRequest.objects.count() == 1
    assert len({one.json()["order"]["number"] for one in answers}) == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_for_two_amounts_charge_one_of_them(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    answers = together(
        *[
            lambda amount=amount: shop.post("/orders", order(card, amount_minor=amount), again=KEY)
            for amount in (1_100, 2_200)
        ]
    )
    assert sorted(one.status_code for one in answers) == [201, 409]  # type: ignore[attr-defined]
    assert charges(gateway) == Order.objects.count() == 1


def test_a_request_is_known_again_once_the_secret_of_the_keys_was_replaced(
    shop: Machine, card: StoredCard, admin: Staff, settings: Settings
) -> None:
    first, row = shop.post("/orders", order(card), again=KEY), shop.row
    settings.API_KEYS_KEY = "another secret of the office, as long as the first"
    new = Machine(api_keys.rotate(actor=admin, key=row, overlap_h=0, present=row.prefix))
    again = new.post("/orders", order(card), again=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content)


def test_the_form_key_never_changes(shop: Machine) -> None:
    row = shop.row
    row.pk = 7
    assert api_requests.form_key(row, "abc") == hashlib.sha256(b"api:7:abc").hexdigest()
