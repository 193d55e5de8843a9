"""Orders by the API: taken, charged, entered, tried again, marked as paid, listed."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from orders import clock
from orders.gateway import CardForm
from orders.models import Consent, Customer, Operation, Order, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import card_entry
from orders.states import OrderStatus, Status
from tests import steps
from tests.api.conftest import Machine, order
from tests.factories import OrderFactory

KEEP = {
    "words": "May we keep your card for your weekly order?",
    "script_version": "2",
    "language": "en",
    "given_by": "App",
    "purpose": "regular",
}


def test_a_stored_card_is_charged_and_the_order_read(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    answer = shop.post("/orders", order(card, reference="WEB-1"))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["operation"]["status"] == "approved"
    number = told["order"]["number"]
    whole = shop.get(f"/orders/{number}").json()
    assert (whole["status"], whole["captured_minor"], whole["source"]) == ("charged", 12_500, "api")
    assert [one["reference"] for one in whole["operations"]] == [f"{number}-1"]
    assert gateway.count(f"{number}-1", "PURCHASE") == 1
    assert Operation.objects.get().actor == shop.row.staff


def test_a_declined_charge_is_a_value_and_no_error(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    StoredCard.objects.update(token_name=gateway.make_token(steps.DECLINED_VISA))
    answer = shop.post("/orders", order(card))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["operation"]["status"], told["order"]["status"]) == ("declined", "declined")
    assert told["operation"]["is_final"] is True
    assert told["operation"]["meaning"]


def test_an_unknown_outcome_is_202_with_an_address_to_ask_at(
    shop: Machine, card: StoredCard
) -> None:
    answer = shop.post("/orders", order(card, amount_minor=12_940))
    assert (answer.status_code, answer["Retry-After"]) == (202, "2")
    told = answer.json()["operation"]
    assert (told["status"], told["is_final"]) == ("unknown", False)
    asked = shop.get(answer["Location"].removeprefix("/api/v1"))
    assert asked.json()["status"] == "unknown"


def test_what_this_version_does_not_know_has_to_be_asked_for_again(
    shop: Machine, card: StoredCard
) -> None:
    body = order(card, amount_minor=12_940)
    shop.post("/orders", body, again="one-key-of-many")
    Operation.objects.update(status="waiting")
    answer = shop.post("/orders", body, again="one-key-of-many")
    assert (answer.status_code, answer.json()["operation"]["status"]) == (202, "waiting")


def test_a_card_is_entered_on_the_merchants_own_page_and_charged(
    shop: Machine, gateway: Sandbox
) -> None:
    answer = shop.post("/orders", order(keep_card=KEEP | {"per_month_minor": 90_000}))
    assert answer.status_code == 201
    told = answer.json()
    entry, number = told["card_entry"], told["order"]["number"]
    assert (told["operation"]["status"], told["order"]["status"]) == ("prepared", "open")
    form = CardForm(**{name: entry[name] for name in ("action", "fields", "needs_cvv")})
    card_entry.receive_card(steps.type_card(form))
    charge = {"operation": told["operation"]["reference"]}
    answer = shop.post(f"/orders/{number}/charge", charge)
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")
    consent = StoredCard.objects.get().consent
    assert (consent, consent.words) == (Consent.objects.get(given_by="App"), KEEP["words"])
    assert (consent.purpose_code, consent.ceiling_per_month_minor) == ("regular", 90_000)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"ends_on": "2026-02-30"}, "no_such_day"),
        ({"ends_on": "2020-01-31"}, "consent_over"),
        ({"per_charge_minor": 900, "per_month_minor": 800}, "consent_ceilings"),
    ],
)
def test_a_permission_that_covers_nothing_is_refused(
    shop: Machine, gateway: Sandbox, wrong: dict[str, object], code: str
) -> None:
    answer = shop.post("/orders", order(keep_card=KEEP | wrong))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not Consent.objects.exists()


def test_a_machine_says_that_it_charges_under_the_agreement(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    answer = shop.post("/orders", order(card, initiated_by="merchant"))
    assert answer.json()["code"] == "consent_purpose"
    Consent.objects.filter(card=card).update(purpose_code="regular")
    assert shop.post("/orders", order(card, initiated_by="merchant")).status_code == 201
    assert gateway.requests[-1]["parameters"]["eci"] == "RECURRING"
    answer = shop.post("/orders", order(initiated_by="merchant"))
    assert answer.json()["code"] == "agreement_needs_card"


def test_a_machine_asks_for_receipts(shop: Machine, card: StoredCard) -> None:
    for sends, address in ((True, card.customer.email), (False, "")):
        told = shop.post("/orders", order(card, send_receipts=sends, amount_minor=7_000 + sends))
        made = Operation.objects.get(merchant_reference=told.json()["operation"]["reference"])
        assert made.order.receipt_address == address


def test_a_declined_order_is_tried_again_with_another_card(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    good = card.token_name
    StoredCard.objects.update(token_name=gateway.make_token(steps.DECLINED_VISA))
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    StoredCard.objects.update(token_name=good)
    answer = shop.post(f"/orders/{number}/tries", {"card": card.pk})
    assert (answer.status_code, answer.json()["order"]["status"]) == (201, "charged")
    answer = shop.post(f"/orders/{number}/tries", {"card": card.pk})
    assert (answer.status_code, answer.json()["code"]) == (409, "charge_under_way")


def test_a_charged_order_is_marked_as_paid_once(shop: Machine, card: StoredCard) -> None:
    number = shop.post("/orders", order(card)).json()["order"]["number"]
    first = shop.post(f"/orders/{number}/paid", again="paid-paid-paid")
    again = shop.post(f"/orders/{number}/paid", again="paid-paid-paid")
    assert (first.status_code, first.json()["status"]) == (200, "paid")
    assert first.content == again.content
    assert shop.post("/orders/MO-99999/paid").status_code == 404


def test_an_open_order_is_not_marked_as_paid(shop: Machine) -> None:
    number = OrderFactory().number
    answer = shop.post(f"/orders/{number}/paid")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_charged")


def test_a_charge_that_looks_like_another_needs_a_reason(shop: Machine, card: StoredCard) -> None:
    first = shop.post("/orders", order(card)).json()["order"]["number"]
    answer = shop.post("/orders", order(card))
    told = answer.json()
    assert (answer.status_code, told["type"]) == (409, "/api/v1/problems/near-duplicate")
    assert [one["order"] for one in told["looks_like"]] == [first]
    why = {"reason": "A second gift", "seen": told["seen"]}
    answer = shop.post("/orders", order(card, near_duplicate=why))
    assert (answer.status_code, answer.json()["operation"]["status"]) == (201, "approved")
    assert answer.json()["operation"]["reason"] == "A second gift"


def test_beside_a_payment_that_is_not_known_a_reason_does_not_help(
    shop: Machine, card: StoredCard, gateway: Sandbox
) -> None:
    """No scope gives a key the right of a supervisor: it is told to wait, not to give a reason."""
    body = order(card, amount_minor=12_940)
    first = shop.post("/orders", body).json()["operation"]
    why = {"reason": "A second gift", "seen": [f"{Operation.objects.get().pk}-unknown"]}
    for asked in (body, body | {"near_duplicate": why}):
        answer = shop.post("/orders", asked, again=f"the-second-{len(asked)}")
        told = answer.json()
        assert (answer.status_code, told["type"]) == (409, "/api/v1/problems/open-duplicate")
        assert [one["operation"] for one in told["looks_like"]] == [first["reference"]]
        assert "ask again later, with the same Idempotency-Key" in told["detail"]
        assert "seen" not in told
        assert answer["Retry-After"]
    Operation.objects.update(status=Status.DECLINED)
    assert shop.post("/orders", body, again=f"the-second-{len(body)}").status_code == 202


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"amount_minor": 125.0}, "amount_minor"),
        ({"amount_minor": "12500"}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount_minor": 0}, "amount_minor"),
        ({"amount_minor": 10_000_000_000}, "amount_minor"),
        ({"currency": "aed"}, "currency"),
        ({"currency": "XTS"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"reference": "a\x00b"}, "reference"),
        ({"card": 999}, "card"),
        ({"customer": "C-99999"}, "customer"),
        ({"customer": None}, "customer"),
        ({"wants": "refund"}, "wants"),
        ({"paid_by": 1}, ""),
        ({"status": "paid"}, ""),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(
    shop: Machine, card: StoredCard, wrong: dict[str, object], field: str
) -> None:
    answer = shop.post("/orders", order(card) | wrong)
    assert answer.status_code == 422
    told = answer.json()
    named = told.get("field", told.get("errors", [{"field": None}])[0]["field"])
    assert named == field
    assert not Order.objects.exists()


def test_the_list_goes_from_page_to_page_by_cursors(shop: Machine) -> None:
    orders = [OrderFactory(taken_at=clock.now() - timedelta(minutes=one)) for one in range(5)]
    seen, cursor = [], ""
    for _page in range(3):
        page = shop.get(f"/orders?limit=2&cursor={cursor}").json()
        seen += [one["number"] for one in page["orders"]]
        cursor = page["next"]
    assert seen == [one.number for one in orders]
    assert cursor == ""


def test_the_list_is_narrowed_by_the_filters_of_the_history(shop: Machine, db: None) -> None:
    paid = OrderFactory(paid=True, currency="AED", amount_minor=5_000)
    OrderFactory(currency="KWD")
    for query in (
        "status=paid",
        "currency=AED&amount_from_minor=5000&amount_to_minor=5000",
        f"text={paid.reference}",
        f"customer={paid.customer.number}",
        f"status={OrderStatus.PAID}&source=phone&since=2020-01-01T00:00:00Z",
    ):
        found = shop.get(f"/orders?{query}").json()["orders"]
        assert [one["number"] for one in found] == [paid.number], query
    assert shop.get("/orders?until=2020-01-01T00:00:00Z").json()["orders"] == []


@pytest.mark.parametrize(
    "query",
    ["stauts=paid", "status=gone", "amount_from_minor=1", "currency=XQX", "cursor=MO-99999",
     "limit=101", "since=yesterday", "since=0.5",
     "until=0001-01-01T00:00:00%2B23:00", "customer=C-1", "customer=C-99999"],
)  # fmt: skip
def test_a_filter_that_means_nothing_is_refused(shop: Machine, query: str) -> None:
    assert shop.get(f"/orders?{query}").status_code == 422


def test_a_page_of_the_list_costs_the_same_however_many_orders(
    shop: Machine, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _each in range(6):
        OrderFactory(paid=True)
    shop.get("/orders")
    # The key, its count, its rights twice, the page's keys, the rows and their cards.
    with django_assert_num_queries(7):
        assert len(shop.get("/orders").json()["orders"]) == 6


def test_a_new_customer_is_made_once_with_the_order(shop: Machine, gateway: Sandbox) -> None:
    for _twice in range(2):
        shop.post("/orders", order(), again="the-same-key")
    assert Customer.objects.get(name="Aisha Rahman").created_by == shop.row.staff
