"""Customers and their cards as machines read them."""

from orders.models import StoredCard
from tests.api.conftest import Machine
from tests.factories import CustomerFactory, StoredCardFactory


def test_a_customer_is_read_with_the_cards_and_without_a_token(shop: Machine, db: None) -> None:
    card = StoredCardFactory(expiry="3005")
    answer = shop.get(f"/customers/{card.customer.number}")
    assert answer.json()["cards"] == [
        {"id": card.pk, "brand": "VISA", "last_four": "1111", "expiry": "05/30", "state": "active"}
    ]
    assert card.token_name not in answer.content.decode()


def test_a_card_whose_month_is_over_is_told_as_expired(shop: Machine) -> None:
    card = StoredCardFactory(expiry="2001")
    assert card.state == StoredCard.State.ACTIVE
    told = shop.get(f"/customers/{card.customer.number}").json()
    assert told["cards"][0]["state"] == "expired"


def test_customers_are_found_and_listed_by_cursors(shop: Machine) -> None:
    found = [CustomerFactory() for _each in range(3)]
    CustomerFactory(name="Zayed Mansour")
    names = [one["name"] for one in shop.get("/customers?text=zayed").json()["customers"]]
    assert names == ["Zayed Mansour"]
    page = shop.get("/customers?text=rahman&limit=2").json()
    rest = shop.get(f"/customers?text=rahman&limit=2&cursor={page['next']}").json()
    listed = [one["number"] for one in page["customers"] + rest["customers"]]
    assert listed == [one.number for one in reversed(found)]
    assert rest["next"] == ""


def test_a_customer_who_is_not_there_is_not_found(shop: Machine) -> None:
    for number in ("C-99999", "C-1", "MO-10001", "1042"):
        assert shop.get(f"/customers/{number}").status_code == 404
