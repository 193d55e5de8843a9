"""What the manual order form takes, and the sentence at the field for what it does not."""

import pytest

from orders.forms.manual_order import ManualOrderForm
from orders.models import StoredCard
from orders.services.new_order import NewCustomer
from orders.services.place import new_form_key
from tests.factories import CustomerFactory, OrderFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


def typed(**changes: object) -> dict[str, object]:
    """An order by phone of a new customer, on a new card."""
    values: dict[str, object] = {
        "form_key": new_form_key(),
        "source": "phone",
        "name": "Layla Haddad",
        "email": "layla@example.com",
        "currency": "KWD",
        "amount": "250.5",
        "wants": "purchase",
        "card": "new",
    }
    return values | changes


def errors(**changes: object) -> dict[str, list[str]]:
    return dict(ManualOrderForm(typed(**changes)).errors)


def test_complete_order_of_a_new_customer_is_taken() -> None:
    form = ManualOrderForm(typed(phone="00971 50 765 4321"))
    assert form.is_valid()
    order = form.new_order()
    assert (order.amount_minor, order.currency) == (250_500, "KWD")
    assert order.customer == NewCustomer(
        name="Layla Haddad", email="layla@example.com", phone="+971507654321"
    )


def test_chosen_customer_stands_over_what_was_typed() -> None:
    customer = CustomerFactory()
    form = ManualOrderForm(typed(customer=str(customer.pk)))
    assert form.is_valid()
    assert form.new_order().customer == customer


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"amount": ""}, "amount", "Type the amount."),
        ({"amount": "0"}, "amount", "more than zero"),
        ({"amount": "-5"}, "amount", "more than zero"),
        ({"amount": "1.2345"}, "amount", "has 3 decimals"),
        ({"amount": "12345678901"}, "amount", "at most"),
        ({"amount": "1 000"}, "amount", "in digits"),
        ({"currency": "XXX"}, "currency", "Choose a currency"),
        ({"currency": "EUR"}, "currency", "Choose a currency"),
        ({"source": "api"}, "source", "Choose how"),
        ({"source": ""}, "source", "Choose how"),
        ({"wants": "refund"}, "wants", "Choose to take"),
        ({"card": ""}, "card", "Choose a stored card"),
        ({"card": "1 OR 1=1"}, "card", "no such card"),
        ({"form_key": "guess"}, "form_key", "too old"),
        ({"description": "x" * 251}, "description", "at most 250"),
        ({"description": "a\x07b"}, "description", "cannot be seen"),
        ({"note": "x" * 2001}, "note", "at most 2000"),
        ({"email": "layla"}, "email", "valid email"),
        ({"phone": "12"}, "phone", "+"),
        ({"name": ""}, "name", "customer's name"),
        ({"email": ""}, "address", "Type an email, a phone number or a postal address."),
        ({"name": "", "email": ""}, "customer_search", "Choose a customer"),
        ({"customer": "999999"}, "customer_search", "not there any more"),
        ({"customer": "-1"}, "customer_search", "not there any more"),
        ({"customer": "9" * 40}, "customer_search", "not there any more"),
        ({"keep_card": "on"}, "answer", "Read the words aloud"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    changes: dict[str, object], field: str, sentence: str
) -> None:
    found = errors(**changes)
    assert list(found) == [field]
    assert sentence in found[field][0]


@pytest.mark.parametrize(
    "text", ["طلب هاتفي رقم ١٢٣", "two 🎁 boxes", "a=b&c=<d>", "\u202ereversed", "'; DROP TABLE"]
)
def test_text_of_any_script_is_kept_as_typed(text: str) -> None:
    form = ManualOrderForm(typed(description=text))
    assert form.is_valid()
    assert form.new_order().description == text


def test_eastern_digits_are_an_amount() -> None:
    form = ManualOrderForm(typed(amount="٢٥٠٫٥"))
    assert form.is_valid()
    assert form.amount_minor == 250_500


def test_reference_of_another_order_is_refused_with_its_number() -> None:
    other = OrderFactory(reference="A-1042", charged=True)
    assert other.number in errors(reference="A-1042")["reference"][0]


def test_only_the_reference_of_the_source_is_kept() -> None:
    form = ManualOrderForm(typed(source="post", call_reference="C-1", slip_number="S-1"))
    assert form.is_valid()
    order = form.new_order()
    assert (order.call_reference, order.slip_number) == ("", "S-1")


def test_card_of_another_customer_is_no_card_of_this_one() -> None:
    card = StoredCardFactory()
    found = errors(customer=str(CustomerFactory().pk), card=str(card.pk))
    assert "no such card" in found["card"][0]


def test_consent_is_for_a_new_card_only() -> None:
    card: StoredCard = StoredCardFactory()
    both = {"keep_card": "on", "answer": "yes", "purpose_code": "orders", "purpose": "Refills"}
    new = ManualOrderForm(typed(**both))
    stored = ManualOrderForm(typed(**both, customer=str(card.customer_id), card=str(card.pk)))
    assert new.is_valid()
    assert stored.is_valid()
    consent = new.consent("phone", "4711")
    assert consent is not None
    assert (consent.given_by, consent.purpose) == ("Phone 4711", "Refills")
    assert stored.consent("phone", "4711") is None


def test_no_field_has_the_name_of_a_card_field() -> None:
    names = set(ManualOrderForm().fields)
    assert not names & {"card_number", "expiry_date", "card_security_code", "card_holder_name"}


def test_a_line_of_the_list_says_which_field_is_too_long() -> None:
    form = ManualOrderForm(typed(description="x" * 251))
    assert form.lines() == [
        {
            "id": "id_description",
            "text": "Description: Ensure this value has at most 250 characters (it has 251).",
        }
    ]
