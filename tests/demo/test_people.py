from orders import money, roles
from orders.cards import BRANDS, holds_card_number
from orders.demo import people
from orders.models.customers import is_e164
from orders.sandbox.amounts import unusual


def test_every_role_of_the_demo_exists() -> None:
    assert set(people.STAFF) == set(roles.ROLES)


def test_goods_cost_what_can_be_charged_in_every_currency() -> None:
    for currency in people.PLACES:
        for _goods, amount in people.GOODS:
            minor = amount * 10 ** money.exponent(currency) // 100
            assert minor % 10 == 0 or money.exponent(currency) < 3
            assert 0 < minor <= money.MAX_MINOR


def test_no_price_asks_the_stand_in_for_something_unusual() -> None:
    for currency in people.PLACES:
        for _goods, amount in people.GOODS:
            minor = amount * 10 ** money.exponent(currency) // 100
            assert unusual(str(minor)) is None
            assert unusual(str(minor // 20 * 10)) is None, "half of it is refunded"


def test_people_are_made_up_in_both_languages() -> None:
    names = [*people.FIRST, *people.LAST, *people.FIRST_ARABIC, *people.LAST_ARABIC]
    assert sum(name.isascii() for name in names) == len(people.FIRST) + len(people.LAST)
    assert any(not goods.isascii() for goods, _amount in people.GOODS)


def test_telephone_numbers_ring_nobody_by_their_length() -> None:
    for _country, _cities, dial in people.PLACES.values():
        is_e164(f"{dial}7000000")


def test_nothing_of_the_story_looks_like_a_card_number() -> None:
    assert not holds_card_number(str(vars(people)))


def test_cards_are_of_brands_that_moto_takes() -> None:
    assert {brand for brand, _four in [*people.CARDS, people.DECLINED_CARD]} <= set(BRANDS)
