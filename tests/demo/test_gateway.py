from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from orders.demo import gateway, people
from orders.gateway import Outcome
from orders.sandbox.cards import TEST_CARDS
from orders.sandbox.server import Sandbox
from orders.services import aps
from orders.services.gateway_words import About

ABOUT: About = {
    "customer_email": "customer@example.com",
    "customer_name": None,
    "phone_number": None,
    "order_description": None,
    "customer_ip": None,
    "language": "en",
}


def charge(last_four: str, reference: str) -> Outcome:
    """What the stand-in makes of a charge to a card of the first customer."""
    reply = aps.client().purchase(
        merchant_reference=reference,
        amount_minor=12_500,
        currency="AED",
        token_name=gateway.token_name(last_four, 0),
        **ABOUT,
    )
    return reply.outcome


def test_the_stand_in_knows_every_card_of_the_story(free_address: str, tmp_path: Path) -> None:
    with gateway.running(tmp_path / "books.sqlite3"):
        outcomes = {four: charge(four, f"MO-1-{four}") for _brand, four in people.CARDS}
        assert charge(people.DECLINED_CARD[1], "MO-1-9") == Outcome.DECLINED
    assert set(outcomes.values()) == {Outcome.APPROVED}


def test_the_stand_in_ends_with_the_story(free_address: str, tmp_path: Path) -> None:
    with gateway.running(tmp_path / "books.sqlite3"), urlopen(f"{free_address}/health") as answer:
        assert answer.status == 200
    with pytest.raises(URLError):
        urlopen(f"{free_address}/health")


def test_the_books_are_kept_for_the_stand_in_that_comes_next(
    free_address: str, tmp_path: Path
) -> None:
    books = tmp_path / "books.sqlite3"
    with gateway.running(books):
        charge("0001", "MO-1-1")
    with Sandbox(books=books) as later:
        assert later.order("MO-1-1").captured == 12_500


def test_a_stand_in_that_cannot_start_says_why(free_address: str, tmp_path: Path) -> None:
    port = int(free_address.rsplit(":", 1)[1])
    with (
        Sandbox(port=port),
        pytest.raises(RuntimeError, match=r"cannot start on .*in use"),
        gateway.running(tmp_path / "books.sqlite3"),
    ):
        pass


def test_every_number_of_the_story_is_a_published_one() -> None:
    masks = {(card.number[:6], card.number[-4:], card.brand) for card in TEST_CARDS}
    cards = [*people.CARDS, people.DECLINED_CARD]
    assert {(gateway.BINS[four], four, brand) for brand, four in cards} <= masks
