"""Whatever goes wrong is a problem of RFC 9457 with a stable type, and repeats nothing."""

import json
import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from orders import counters
from orders.api import body, find, trouble
from orders.models import Operation, Order, StoredCard
from orders.problems import PROBLEMS
from orders.sandbox.server import Sandbox
from orders.services import ceilings, charge, patience
from orders.states import Act, Limit
from tests import steps
from tests.api.conftest import Machine, make_machine, order
from tests.factories import CustomerFactory, OrderFactory

CANARY = "canary-7f3a"


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.content)
    name = told["type"].removeprefix("/api/v1/problems/")
    assert told["status"] == answer.status_code == PROBLEMS[name].status
    assert {"title", "detail", "code"} <= set(told)
    return told


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ('"text"', 400),
        ('{"amount_minor": 1, "amount_minor": 2}', 400),
        ('{"new_customer": {"name": "a", "name": "b"}}', 400),
        ('{"amount_minor": NaN}', 400),
        ("[" * 20_000, 400),
        ("", 422),
        ("{}", 422),
        (f'{{"{CANARY}": 1}}', 422),
        (f'{{"amount_minor": "{CANARY}", "currency": "{CANARY}"}}', 422),
        ('{"note": "\\ud800"}', 422),
    ],
)
def test_a_body_that_cannot_be_read_says_so_and_is_not_repeated(
    shop: Machine, body: str, status: int
) -> None:
    answer = shop.post("/orders", body)
    assert problem(answer)["status"] == status
    assert CANARY not in answer.content.decode()


def test_a_body_is_parsed_once(
    shop: Machine, card: StoredCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, parsed = body._parsed, []
    monkeypatch.setattr(body, "_parsed", lambda request: parsed.append(1) or parse(request))
    assert shop.post("/orders", order(card)).status_code == 201
    assert len(parsed) == 1


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_taken(shop: Machine, kind: str) -> None:
    answer = shop.client.post(
        "/api/v1/orders", data=b"{}", content_type=kind,
        headers={"Authorization": f"Bearer {shop.key}"},
    )  # fmt: skip
    assert problem(answer)["status"] == 415


@pytest.mark.parametrize(
    "change",
    [
        {"description": f"card {steps.VISA}"},
        {"reference": "4005 5500 0000 0001"},
        {"new_customer": {"name": "٤٠٠٥٥٥٠٠٠٠٠٠٠٠٠١", "email": "a@example.com"}},
    ],
)
def test_a_card_number_meets_the_tripwire_and_a_problem(
    shop: Machine, change: dict[str, Any]
) -> None:
    answer = shop.post("/orders", order(**change))
    assert problem(answer)["status"] == 400
    assert steps.VISA not in answer.content.decode()
    assert counters.today(counters.CARD_NUMBERS) == 1
    assert not Order.objects.exists()


def test_a_card_number_in_an_address_is_a_problem_too(shop: Machine) -> None:
    assert problem(shop.get(f"/orders?text={steps.VISA}"))["code"] == "malformed"
    assert problem(shop.get(f"/orders/{steps.VISA}"))["code"] == "malformed"


def test_a_request_beyond_64_kb_is_refused(shop: Machine) -> None:
    assert problem(shop.post("/orders", order(note="x" * 70_000)))["code"] == "too_large"


@pytest.mark.parametrize("path", ["/nowhere", "/orders/", "/orders/MO-1", "/orders/a%00b", "/"])
def test_what_is_not_there_is_a_problem(shop: Machine, path: str) -> None:
    assert problem(shop.get(path))["code"] == "not_found"


def test_another_method_is_a_problem_that_names_the_right_ones(shop: Machine, db: None) -> None:
    answer = shop.client.delete("/api/v1/orders", headers={"Authorization": f"Bearer {shop.key}"})
    assert problem(answer)["code"] == "method_not_allowed"
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_name_that_stands_twice_in_a_query_is_refused(shop: Machine) -> None:
    assert problem(shop.get("/orders?status=paid&status=open"))["code"] == "malformed"


def test_while_the_office_compares_its_books_nothing_is_charged(
    shop: Machine, card: StoredCard, settings: Settings
) -> None:
    settings.RECONCILE_FIRST = True
    answer = shop.post("/orders", order(card))
    assert (problem(answer)["status"], problem(answer)["code"]) == (503, "reconcile_first")
    assert answer["Retry-After"]


def test_a_reference_that_is_taken_is_a_conflict(shop: Machine, card: StoredCard) -> None:
    OrderFactory(reference="WEB-7")
    told = problem(shop.post("/orders", order(card, reference="WEB-7")))
    assert (told["status"], told["code"]) == (409, "reference_taken")


def test_a_mistake_of_ours_is_a_problem_without_a_trace(
    shop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(find, "actor_of", broken)
    answer = shop.get("/orders/MO-10001")
    assert problem(answer)["code"] == "broken"
    assert CANARY not in answer.content.decode()


def test_a_database_that_is_away_is_503_before_anything_was_done(
    shop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise OperationalError(CANARY)

    monkeypatch.setattr(find, "actor_of", away)
    answer = shop.get("/orders/MO-10001")
    assert (problem(answer)["status"], problem(answer)["code"]) == (503, "database_away")


def test_a_database_that_goes_away_after_the_charge_leaves_202(
    shop: Machine, card: StoredCard, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is told about as this process knows it, and nobody reads that the office broke."""

    def away(*_args: object, **_kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(patience, "PAUSES_S", (0.0,))
    monkeypatch.setattr(charge.evidence, "apply", away)
    monkeypatch.setattr(Operation, "refresh_from_db", away)
    answer = shop.post("/orders", order(card))
    assert (answer.status_code, answer.json()["operation"]["status"]) == (202, "sending")


def test_more_than_a_key_may_charge_is_refused(admin: Any, card: StoredCard) -> None:
    machine = make_machine(
        admin, currency="AED", charge_ceiling_minor=10_000, day_ceiling_minor=15_000
    )
    told = problem(machine.post("/orders", order(card, amount_minor=10_001)))
    assert (told["status"], told["code"]) == (403, "charge_ceiling")
    assert machine.post("/orders", order(card, amount_minor=10_000)).status_code == 201
    told = problem(machine.post("/orders", order(card, amount_minor=5_001)))
    assert (told["status"], told["code"]) == (429, "day_ceiling")
    assert machine.post("/orders", order(card, amount_minor=5_000)).status_code == 201
    told = problem(machine.post("/orders", order(card, amount_minor=100, currency="SAR")))
    assert (told["status"], told["code"]) == (403, "key_currency")


def test_a_ceiling_under_which_nothing_waits_is_told_as_any_other(db: None) -> None:
    over = ceilings.Over(Act.CHARGE, Limit.PER_ACT, 10_000, 0, "AED")
    told = ceilings.refusal(over, code="over_ceiling_now", may_be_asked_for=False)
    assert problem(trouble.refused(told))["status"] == 403


def test_sentences_are_said_in_the_language_asked_for(shop: Machine) -> None:
    CustomerFactory()
    english = problem(shop.get("/orders/MO-1"))
    arabic = problem(shop.get("/orders/MO-1", **{"Accept-Language": "ar"}))
    assert (english["code"], english["type"]) == (arabic["code"], arabic["type"])
    for part in ("title", "detail"):
        assert re.search("[a-z]{3}", english[part])
        assert re.search("[\u0621-\u064a]{3}", arabic[part])
        assert not re.search("[\u0621-\u064a]", english[part])


def test_a_stranger_learns_nothing_from_the_form_of_a_request(client: Client, db: None) -> None:
    answer = client.post("/api/v1/orders", data="{", content_type="application/json")
    assert problem(answer)["status"] == 401
