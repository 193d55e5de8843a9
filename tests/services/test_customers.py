"""Customers written down, corrected and found."""

from datetime import timedelta

import pytest

from orders import clock
from orders.errors import Refused
from orders.models import Event, Order, SearchKey, Staff
from orders.services import customers
from tests.factories import CustomerFactory, OrderFactory, StaffFactory, StoredCardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Staff:
    return StaffFactory(agent=True)


def names(text: str) -> list[str]:
    return [found.customer.name for found in customers.find(text)]


def test_a_new_customer_is_found_at_once(agent: Staff) -> None:
    customers.create(actor=agent, name="Aisha Rahman", email="aisha@example.com")
    assert names("aisha") == ["Aisha Rahman"]


def test_a_new_customer_is_kept_tidy(agent: Staff) -> None:
    customer = customers.create(
        actor=agent,
        name="  Aisha\t\u202e Rahman\x00 ",
        email=" aisha@example.com ",
        phone="00971 50 765 4321",
        city="Dubai ",
        language="ar",
    )
    assert (customer.name, customer.email) == ("Aisha Rahman", "aisha@example.com")
    assert (customer.phone, customer.city) == ("+971507654321", "Dubai")
    assert customer.created_by == agent


def test_an_address_is_enough_to_reach_somebody(agent: Staff) -> None:
    customer = customers.create(actor=agent, name="Omar", address="PO Box 7, Amman")
    assert (customer.email, customer.phone) == ("", "")


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("name", " ", "name_missing"),
        ("name", "x" * 121, "too_long"),
        ("name", "4111 1111 1111 1111", "card_number"),
        ("email", "aisha@", "email_format"),
        ("email", "a" * 250 + "@example.com", "too_long"),
        ("phone", "050 765 4321", "phone_country_missing"),
        ("phone", "+97150", "phone_format"),
        ("phone", "call me", "phone_format"),
        ("address", "x" * 251, "too_long"),
        ("city", "x" * 10_000, "too_long"),
        ("language", "xx", "language_unknown"),
    ],
)
def test_details_that_cannot_be_kept_are_refused_at_their_field(
    agent: Staff, field: str, text: str, code: str
) -> None:
    details = {"name": "Aisha", "email": "aisha@example.com", field: text}
    with pytest.raises(Refused) as refusal:
        customers.create(actor=agent, **details)
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert refusal.value.sentence


def test_receipts_still_to_come_follow_a_corrected_email(agent: Staff) -> None:
    customer = CustomerFactory(email="wrong@example.com")
    wrong, elsewhere, nowhere, before = (
        OrderFactory(customer=customer, receipt_address=address)
        for address in ("wrong@example.com", "gift@example.com", "", None)
    )
    other = OrderFactory(receipt_address="wrong@example.com")
    customers.update(actor=agent, customer=customer, email="right@example.com")
    now = Order.objects.in_bulk()
    assert [now[one.pk].receipt_address for one in (wrong, elsewhere, nowhere, before, other)] == [
        "right@example.com", "gift@example.com", "", None, "wrong@example.com",
    ]  # fmt: skip


def test_who_had_no_email_and_wants_no_receipts_gets_none_by_giving_one(agent: Staff) -> None:
    order = OrderFactory(customer=CustomerFactory(email=""), receipt_address="")
    customers.update(actor=agent, customer=order.customer, email="aisha@example.com")
    order.refresh_from_db()
    assert order.receipt_address == ""


def test_somebody_nobody_can_reach_is_refused(agent: Staff) -> None:
    with pytest.raises(Refused, match="email, a phone number or a postal address") as refusal:
        customers.create(actor=agent, name="Aisha")
    assert refusal.value.code == "customer_unreachable"


def test_a_corrected_customer_is_found_by_the_new_words_only(agent: Staff) -> None:
    customer = CustomerFactory(name="Aisha Rahman", email="", phone="+971507654321")
    customers.update(actor=agent, customer=customer, name="Huda Rahman", phone="+971501112222")
    assert names("huda") == names("rahman") == names("2222") == ["Huda Rahman"]
    assert names("aisha") == names("4321") == []


def test_an_update_without_a_change_writes_nothing(agent: Staff) -> None:
    customer = CustomerFactory()
    customers.update(actor=agent, customer=customer, name=customer.name)
    assert not Event.objects.exists()


def test_changes_are_told_without_what_was_written(agent: Staff) -> None:
    customer = customers.create(actor=agent, name="Aisha", email="aisha@example.com")
    customers.update(actor=agent, customer=customer, city="Amman")
    created, changed = Event.objects.order_by("pk")
    assert (created.kind, created.data) == ("customer_created", {"customer": customer.number})
    assert changed.data == {"customer": customer.number, "fields": ["city"]}
    assert changed.actor == agent


def test_a_refused_update_leaves_the_customer_and_the_keys(agent: Staff) -> None:
    customer = CustomerFactory(name="Aisha Rahman")
    keys = set(SearchKey.objects.values_list("key", flat=True))
    with pytest.raises(Refused):
        customers.update(actor=agent, customer=customer, name="Huda", email="", phone="")
    customer.refresh_from_db()
    assert customer.name == "Aisha Rahman"
    assert set(SearchKey.objects.values_list("key", flat=True)) == keys


@pytest.mark.parametrize(
    "typed",
    [
        *("aisha", "AISHA rah", "rahman ais", "Aïshá", "aisha.r@exa", "aisha.r", "C-{number}"),
        *("4321", "050 765 4321", "+971507654321", "00971 50 765", "0507", "aisha 4321"),
    ],
)
def test_a_customer_is_found_by(typed: str) -> None:
    wanted = CustomerFactory(
        name="Aisha Rahman", email="aisha.r@example.com", phone="+971507654321"
    )
    CustomerFactory(name="Omar Khalil", email="omar@example.com", phone="+962790001111")
    typed = typed.format(number=1000 + wanted.pk)
    assert [found.customer for found in customers.find(typed)] == [wanted]


@pytest.mark.parametrize("typed", ["احمد", "أحمد الهاشمي", "هاشمى", "أَحْمَد"])
def test_an_arabic_name_is_found_however_it_is_spelled(typed: str) -> None:
    CustomerFactory(name="أحمد الهاشمي")
    assert names(typed) == ["أحمد الهاشمي"]


@pytest.mark.parametrize("typed", ["", "=", "%", "_", "*", "zz", "aisha omar", "🎉", "\x00"])
def test_nobody_is_found_by(typed: str) -> None:
    CustomerFactory(name="Aisha Rahman")
    CustomerFactory(name="Omar Khalil", email="", phone="+962790001111")
    assert names(typed) == []


def test_exact_names_come_first_then_who_ordered_last() -> None:
    for name in ("Alia", "Ali One", "Ali Two", "Ali Three"):
        CustomerFactory(name=name, email="", phone="", address="Amman")
    one, two = (customers.find(name)[0].customer for name in ("One", "Two"))
    OrderFactory(customer=two, taken_at=clock.now() + timedelta(days=1))
    OrderFactory(customer=one, taken_at=clock.now() + timedelta(days=2))
    assert names("ali") == ["Ali One", "Ali Two", "Ali Three", "Alia"]


def test_found_tells_the_last_order_and_the_cards_that_may_be_used() -> None:
    card = StoredCardFactory()
    StoredCardFactory(customer=card.customer, state="revoked")
    order = OrderFactory(customer=card.customer)
    (found,) = customers.find(card.customer.number)
    assert (found.last_order_at, found.cards) == (order.taken_at, 1)


def test_a_search_costs_three_queries_however_many_it_finds(
    django_assert_num_queries: object,
) -> None:
    CustomerFactory.create_batch(12, name="Aisha Rahman")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(customers.find("aish rah")) == 8


def test_customers_are_listed_newest_first_and_lead_on() -> None:
    everybody = CustomerFactory.create_batch(3)[::-1]
    first = customers.page(size=2)
    second = customers.page(size=2, before=first.older)
    assert [found.customer for page in (first, second) for found in page.rows] == everybody
    assert customers.page(size=2, after=second.newer) == first


def test_the_list_is_narrowed_by_what_is_typed() -> None:
    CustomerFactory(name="Omar Khalil")
    wanted = CustomerFactory(name="Aisha Rahman")
    assert [found.customer for found in customers.page("aisha rahman").rows] == [wanted]
    assert customers.page("=").rows == []
