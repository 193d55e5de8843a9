from datetime import date, timedelta

import pytest

from orders import clock, money
from orders.errors import Refused
from orders.models import Staff, StoredCard
from orders.services import rules
from orders.services.new_order import NewCustomer
from orders.states import Source
from tests import steps
from tests.factories import CustomerFactory, OrderFactory, StaffFactory, StoredCardFactory

# The last minute of the month where the office is.
NOVEMBER = clock.midnight(date(2026, 12, 1)) - timedelta(minutes=1)


def refusal(check: object, *args: object) -> Refused:
    """The refusal of a check, which has a sentence."""
    with pytest.raises(Refused) as caught:
        check(*args)  # type: ignore[operator]
    assert str(caught.value).endswith(".")
    return caught.value


def test_who_holds_the_right_may(agent: Staff) -> None:
    rules.may(agent, "orders.take_order", "orders.charge_order")


@pytest.mark.parametrize("right", ["orders.refund_order", "orders.nothing", ""])
def test_every_right_asked_for_is_needed(agent: Staff, right: str) -> None:
    assert refusal(rules.may, agent, "orders.take_order", right).code == "not_permitted"


def test_a_leaver_may_nothing(db: None) -> None:
    leaver = StaffFactory(supervisor=True, is_active=False)
    assert refusal(rules.may, leaver, "orders.take_order").code == "not_permitted"
    root = StaffFactory(is_superuser=True, is_active=False)
    assert refusal(rules.may, root, "orders.take_order").code == "not_permitted"


@pytest.mark.parametrize("source", Source.values)
def test_an_order_of_any_source_keeps_the_rules(db: None, source: str) -> None:
    rules.check_order(steps.wanted(source=source))


@pytest.mark.parametrize("amount_minor", [1, money.MAX_MINOR])
def test_every_amount_the_gateway_takes_keeps_the_rules(db: None, amount_minor: int) -> None:
    rules.check_order(steps.wanted(amount_minor=amount_minor))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"source": "pigeon"}, "source_unknown", "source"),
        ({"source": ""}, "source_unknown", "source"),
        ({"wants": "refund"}, "wants_unknown", "wants"),
        ({"wants": "void"}, "wants_unknown", "wants"),
        ({"currency": "EUR"}, "currency_unknown", "currency"),
        ({"currency": "aed"}, "currency_unknown", "currency"),
        ({"amount_minor": 0}, "amount_zero", "amount"),
        ({"amount_minor": -1}, "amount_zero", "amount"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    db: None, changes: dict[str, object], code: str, field: str
) -> None:
    refused = refusal(rules.check_order, steps.wanted(**changes))
    assert (refused.code, refused.field) == (code, field)


def test_more_than_the_gateway_takes_is_refused(db: None) -> None:
    wanted = steps.wanted(amount_minor=money.MAX_MINOR + 1)
    assert refusal(rules.check_order, wanted).field == "amount"


def test_only_the_offices_own_currencies_are_taken(db: None, settings: object) -> None:
    settings.CURRENCIES = ["EUR"]  # type: ignore[attr-defined]
    rules.check_order(steps.wanted(currency="EUR"))
    assert refusal(rules.check_order, steps.wanted(currency="AED")).field == "currency"


def test_a_reference_that_is_taken_names_the_order_and_how_it_stands(db: None) -> None:
    other = OrderFactory(reference="WEB-7", declined=True)
    refused = refusal(rules.check_reference, "WEB-7")
    assert str(refused) == f"Order {other.number} already has this reference (Declined)."
    assert refused.field == "reference"


@pytest.mark.parametrize("reference", ["", "WEB-70", "web-7", "WEB-7 "])
def test_another_reference_or_none_is_free(db: None, reference: str) -> None:
    OrderFactory(reference="WEB-7")
    OrderFactory(reference="")
    rules.check_reference(reference)


def check(card: StoredCard, **changes: object) -> Refused:
    """The refusal of the card for its own customer and AED 125.00."""
    given = {"customer": card.customer, "amount_minor": 12_500, "currency": "AED"} | changes
    return refusal(
        rules.check_card, card, given["customer"], given["amount_minor"], given["currency"]
    )


def test_an_active_card_of_the_customer_keeps_the_rules(db: None) -> None:
    card = StoredCardFactory()
    rules.check_card(card, card.customer, 12_500, "AED")


def test_the_card_of_another_is_refused(db: None) -> None:
    card = StoredCardFactory()
    assert check(card, customer=CustomerFactory()).code == "card_of_another"
    newcomer = NewCustomer(name=card.customer.name, email=card.customer.email)
    assert check(card, customer=newcomer).code == "card_of_another"


@pytest.mark.parametrize("state", ["frozen", "revoked", "expired"])
def test_a_card_that_is_not_active_is_refused_by_its_state(db: None, state: str) -> None:
    refused = check(StoredCardFactory(state=state))
    assert (refused.code, refused.field) == ("card_not_active", "card")
    assert state.capitalize() in str(refused)


def test_a_card_is_refused_from_the_month_after_its_last(db: None) -> None:
    with clock.at(NOVEMBER):
        card = StoredCardFactory(expiry="2611")
        rules.check_card(card, card.customer, 12_500, "AED")
        refused = check(StoredCardFactory(expiry="2610"))
    assert (refused.code, refused.field) == ("card_ended", "card")
    assert str(refused) == "This card ended 10/26. Ask for another card."


@pytest.mark.parametrize("brand", ["MADA", "MEEZA", "NAPS"])
def test_a_brand_that_moto_does_not_take_names_those_it_takes(db: None, brand: str) -> None:
    refused = check(StoredCardFactory(brand=brand))
    assert (refused.code, refused.field) == ("brand_not_moto", "card")
    assert str(refused).endswith("Ask for Visa, Mastercard, American Express.")


def test_visa_takes_three_decimals_only_with_a_last_zero(db: None) -> None:
    refused = check(StoredCardFactory(brand="VISA"), currency="KWD", amount_minor=250_505)
    assert (refused.code, refused.field) == ("visa_last_digit", "amount")
    card = StoredCardFactory(brand="MASTERCARD")
    rules.check_card(card, card.customer, 250_505, "KWD")


def test_without_a_card_only_the_amount_is_looked_at(db: None) -> None:
    rules.check_card(None, CustomerFactory.build(), 250_505, "KWD")
    for amount_minor in (0, money.MAX_MINOR + 1):
        refused = refusal(rules.check_card, None, CustomerFactory.build(), amount_minor, "KWD")
        assert (refused.code, refused.field) == ("amount_range", "amount")


def test_what_is_no_code_of_a_currency_is_refused_at_its_field() -> None:
    refused = refusal(rules.check_gateway_takes, "VISA", 100, "dirham", "")
    assert (refused.code, refused.field) == ("currency_format", "currency")
