from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from orders import clock
from orders.models import Consent, Customer, SearchKey, StoredCard
from tests.factories import ConsentFactory, CustomerFactory, StaffFactory, StoredCardFactory
from tests.models.refusals import refused


def test_a_customer_nobody_could_reach_is_refused(db: None) -> None:
    with refused("customer_can_be_reached"):
        Customer.objects.create(name="Aisha", city="Dubai", country="United Arab Emirates")


@pytest.mark.parametrize(
    "way", [{"email": "aisha@example.com"}, {"phone": "+971501234567"}, {"address": "P.O. Box 1"}]
)
def test_one_way_to_reach_a_customer_is_enough(db: None, way: dict[str, str]) -> None:
    assert Customer.objects.create(name="Aisha", **way).pk


def test_a_customer_cannot_lose_the_last_way(db: None) -> None:
    customer = Customer.objects.create(name="Aisha", email="aisha@example.com")
    with refused("customer_can_be_reached"):
        Customer.objects.update(email="")
    customer.refresh_from_db()
    assert customer.email


@pytest.mark.parametrize("phone", ["+971501234567", "+4912345", "+123456789012345"])
def test_a_telephone_number_is_written_as_e164(db: None, phone: str) -> None:
    CustomerFactory.build(phone=phone).clean_fields()


@pytest.mark.parametrize(
    "phone",
    ["971501234567", "00971501234567", "+0971501234567", "+97150 1234567", "+12345", "+٩٧١٥٠١٢٣٤٥",
     "+1234567890123456", "+971501234567\n", "++971501234567", "+97150123456x"],
)  # fmt: skip
def test_any_other_spelling_is_refused_with_a_sentence(db: None, phone: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CustomerFactory.build(phone=phone).clean_fields()
    assert "Type the number with + and the country code." in caught.value.message_dict["phone"]


def test_a_customer_has_a_name_a_number_and_a_page(db: None) -> None:
    customer = CustomerFactory(name="Aisha Rahman")
    assert str(customer) == "Aisha Rahman"
    assert customer.number == f"C-{1000 + customer.pk}"
    assert customer.get_absolute_url() == f"/customers/{customer.pk}/"


def test_a_word_finds_a_customer_once(db: None) -> None:
    key = SearchKey.objects.create(customer=CustomerFactory(), key="amal")
    assert str(key) == "amal"
    with refused("one_key_per_customer", "orders_searchkey"):
        SearchKey.objects.create(customer=key.customer, key="amal")
    assert SearchKey.objects.create(customer=CustomerFactory(), key="amal").pk


def test_a_token_is_one_card(db: None) -> None:
    card = StoredCardFactory()
    with refused("token_name"):
        StoredCardFactory(token_name=card.token_name)


def test_a_card_is_called_by_its_brand_and_last_four() -> None:
    assert str(StoredCard(brand="AMEX", last_four="4564")) == "American Express •••• 4564"
    assert str(StoredCard(brand="MADA", last_four="0001")) == "MADA •••• 0001"


@pytest.mark.parametrize(("expiry", "shown"), [("2708", "08/27"), ("", "")])
def test_an_expiry_is_shown_as_it_is_printed(expiry: str, shown: str) -> None:
    assert StoredCard(expiry=expiry).expiry_shown == shown


@pytest.mark.parametrize(
    ("expiry", "is_over"),
    [
        ("2611", False),
        ("2612", False),
        ("2701", False),
        ("2610", True),
        ("2512", True),
        ("", False),
    ],
)
def test_a_card_is_good_to_the_end_of_its_month(expiry: str, is_over: bool) -> None:
    last_moment = clock.midnight(date(2026, 12, 1)) - timedelta(seconds=1)
    with clock.at(last_moment):
        assert StoredCard(expiry=expiry).has_expired is is_over


@pytest.mark.parametrize("state", ["frozen", "revoked", "expired"])
def test_a_card_that_is_not_active_is_not_used(state: str) -> None:
    assert StoredCard(expiry="9912").is_usable
    assert not StoredCard(expiry="9912", state=state).is_usable
    assert not StoredCard(expiry="2001").is_usable


def test_a_card_has_one_consent(db: None) -> None:
    consent = ConsentFactory()
    assert str(consent) == f"{consent.customer}: 2026-11"
    with refused("card_id"):
        ConsentFactory(card=consent.card)


@pytest.mark.parametrize("fields", [None, [], ["purpose"], ["card", "given_by"], ["given_at"]])
def test_a_consent_is_kept_as_it_was_given(db: None, fields: list[str] | None) -> None:
    consent = ConsentFactory()
    consent.purpose = "Anything"
    with pytest.raises(TypeError):
        consent.save(update_fields=fields)
    consent.refresh_from_db()
    assert consent.purpose == "Later orders"


def test_a_consent_can_be_withdrawn_and_gets_its_card_later(db: None) -> None:
    consent = ConsentFactory(card=None, customer=CustomerFactory())
    consent.card = StoredCardFactory(customer=consent.customer, allowed=False)
    consent.save(update_fields=["card"])
    consent.withdrawn_at, consent.withdrawn_by = clock.now(), StaffFactory()
    consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
    assert Consent.objects.get(card=consent.card).withdrawn_at


def test_nobody_deletes_what_a_consent_speaks_of(db: None) -> None:
    consent = ConsentFactory()
    for row in (consent.card, consent.customer, consent.agent):
        with pytest.raises(ProtectedError):
            row.delete()
