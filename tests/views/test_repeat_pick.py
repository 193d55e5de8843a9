"""What was charged before is picked from the history, each stored card once."""

import pytest

from orders.models import Operation, RepeatRun, Staff, StoredCard
from tests.factories import ConsentFactory, OperationFactory, OrderFactory, StaffFactory
from tests.views.order_pages import signed_in, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk() -> Staff:
    return StaffFactory(clerk=True)


def charged(card: StoredCard, taken_by: Staff, amount_minor: int) -> Operation:
    order = OrderFactory(
        charged=True, charge=None, customer=card.customer, taken_by=taken_by,
        amount_minor=amount_minor,
    )  # fmt: skip
    found: Operation = OperationFactory(
        order=order, approved=True, stored_card=card, token_name=card.token_name
    )
    return found


def test_each_card_is_picked_once_with_its_newest_amount(clerk: Staff) -> None:
    card = ConsentFactory(starts_itself=True).card
    charged(card, clerk, 9_000)
    charged(card, clerk, 12_500)
    charged(ConsentFactory(starts_itself=True).card, StaffFactory(clerk=True), 7_000)
    OrderFactory(charged=True, taken_by=clerk)  # to a card that is not kept
    said = words(signed_in(clerk).post("/repeat/pick/", {"period": "30"}, follow=True))
    item = RepeatRun.objects.get().items.get()
    assert (item.card, item.amount_minor) == (card, 12_500)
    assert item.reference.startswith(f"card-{card.pk}/")
    assert "Charge 1 card" in said


def test_filters_narrow_what_is_picked(clerk: Staff) -> None:
    charged(ConsentFactory(starts_itself=True).card, clerk, 9_000)
    card = ConsentFactory(starts_itself=True).card
    charged(card, clerk, 12_500)
    signed_in(clerk).post("/repeat/pick/", {"period": "30", "amount_from": "10"})
    assert RepeatRun.objects.get().items.get().card == card


def test_the_page_offers_the_filters(clerk: Staff) -> None:
    said = words(signed_in(clerk).get("/repeat/pick/"))
    assert "Look at the cards" in said
    assert "Search" not in said.split("Look at the cards")[0].split("Each stored card")[1]


def test_nothing_found_is_told(clerk: Staff) -> None:
    said = words(signed_in(clerk).post("/repeat/pick/", {"period": "30"}))
    assert "There are no rows." in said
    assert not RepeatRun.objects.exists()
