"""The dry run explains every faulty row; what passes it can be charged."""

from datetime import date

import pytest

from orders.models import RepeatRun, Staff, StoredCard
from orders.purposes import Purpose
from orders.services import repeat_runs
from tests.factories import ConsentFactory, OperationFactory, OrderFactory, StoredCardFactory
from tests.services.repeat import HEAD, made

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def card(db: None) -> StoredCard:
    found: StoredCard = ConsentFactory(starts_itself=True).card
    return found


def fault(actor: Staff, row: str, head: str = HEAD) -> str:
    """What the dry run says about the one row."""
    run = made(actor, f"{head}\n{row}".encode())
    assert run.items.exists() != bool(run.faults)
    return str(run.faults[0][1]) if run.faults else ""


def test_a_row_may_name_the_card(supervisor: Staff, card: StoredCard) -> None:
    assert fault(supervisor, f"{card.pk},12.500,kwd,SUB-1,Tea") == ""


def test_a_row_may_name_the_customer_of_one_card(supervisor: Staff, card: StoredCard) -> None:
    StoredCardFactory(customer=card.customer)  # which was not allowed for what we start
    head = "customer,amount,currency,reference"
    assert fault(supervisor, f"{card.customer.number},12.500,KWD,SUB-1", head) == ""
    assert RepeatRun.objects.get().items.get().card == card


def test_a_customer_with_several_cards_needs_the_card_named(
    supervisor: Staff, card: StoredCard
) -> None:
    ConsentFactory(starts_itself=True, card__customer=card.customer)
    head = "customer,card,amount,currency,reference"
    number = card.customer.number
    assert "several cards" in fault(supervisor, f"{number},,12.500,KWD,SUB-1", head)
    assert fault(supervisor, f"{number},{card.pk},12.500,KWD,SUB-2", head) == ""


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{card},12.500,KWD,SUB-1", "more or fewer cells"),
        ("{card},12.500,KWD,,Tea", "reference is missing"),
        ("{card},12.500,KWD," + "A" * 61 + ",Tea", "longer than 60"),
        ("{card},12.500,KWD,SUB-1," + "a" * 251, "longer than 250"),
        ("{card},12.500,KWD,SUB\x07,Tea", "cannot be seen"),
        ("{card},12.500,XXX,SUB-1,Tea", "currency is none of"),
        ("{card},12.5004,KWD,SUB-1,Tea", "3 decimals"),
        ("{card},0,KWD,SUB-1,Tea", "more than zero"),
        (",12.500,KWD,SUB-1,Tea", "is missing"),
        ("999999,12.500,KWD,SUB-1,Tea", "no such card"),
        ("x,12.500,KWD,SUB-1,Tea", "no such card"),
    ],
)
def test_a_faulty_row_is_explained(
    supervisor: Staff, card: StoredCard, row: str, words: str
) -> None:
    assert words in fault(supervisor, row.format(card=card.pk))


def test_the_card_of_somebody_else_is_explained(supervisor: Staff, card: StoredCard) -> None:
    other = ConsentFactory(starts_itself=True).card
    head = "customer,card,amount,currency,reference"
    row = f"{card.customer.number},{other.pk},12.500,KWD,SUB-1"
    assert "another customer" in fault(supervisor, row, head)


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        ({"purpose_code": Purpose.ORDERS}, "covers no charge that we start"),
        ({"ends_on": date(2020, 1, 1)}, "the permission ended"),
        ({"currency": "KWD", "ceiling_per_charge_minor": 12_000}, "only KWD 12.000"),
        ({"currency": "AED", "ceiling_per_charge_minor": 12_000}, "charges in AED"),
        ({"card__state": "revoked"}, "no longer has it"),
        ({"card__expiry": "2001"}, "ended 01/20"),
    ],
)
def test_what_the_permission_or_the_card_forbids_is_explained(
    supervisor: Staff, consent: dict[str, object], words: str
) -> None:
    given = {"purpose_code": Purpose.REGULAR} | consent
    card = ConsentFactory(**given).card
    assert words in fault(supervisor, f"{card.pk},12.500,KWD,SUB-1,Tea")


def test_rows_of_one_card_together_keep_to_what_the_month_allows(supervisor: Staff) -> None:
    card = ConsentFactory(starts_itself=True, currency="KWD", ceiling_per_month_minor=20_000).card
    rows = [f"{card.pk},{amount},KWD,SUB-{amount}," for amount in ("12.000", "9.000", "8.000")]
    run = made(supervisor, "\n".join([HEAD, *rows]).encode())
    assert run.faults == [[3, "The customer's permission covers only KWD 8.000 now."]]


def test_a_reference_twice_in_the_file_is_explained(supervisor: Staff, card: StoredCard) -> None:
    rows = [f"{card.pk},{amount},KWD,SUB-1," for amount in ("12.000", "9.000")]
    run = made(supervisor, "\n".join([HEAD, *rows]).encode())
    assert run.faults == [[3, "Line 2 has the same reference."]]


def test_the_reference_of_an_order_is_explained(supervisor: Staff, card: StoredCard) -> None:
    order = OrderFactory(reference="SUB-1", paid=True)
    said = fault(supervisor, f"{card.pk},12.500,KWD,SUB-1,Tea")
    assert said == f"Order {order.number} already has this reference (Paid)."


def test_the_reference_of_a_run_that_was_dropped_is_free(
    supervisor: Staff, card: StoredCard
) -> None:
    row = f"{HEAD}\n{card.pk},12.500,KWD,SUB-1,Tea".encode()
    repeat_runs.drop(actor=supervisor, run=made(supervisor, row))
    assert made(supervisor, row).faults == []


def test_rows_that_look_like_another_charge_are_told(supervisor: Staff, card: StoredCard) -> None:
    order = OrderFactory(customer=card.customer, amount_minor=12_000, charged=True)
    OperationFactory(order__customer=card.customer, order__amount_minor=9_000, declined=True)
    rows = [f"{card.pk},{n}.000,KWD,SUB-{line}," for line, n in enumerate((12, 9, 8, 8), 2)]
    run = made(supervisor, "\n".join([HEAD, *rows]).encode())
    assert run.alike == [
        [2, f"The same customer and amount as {order.number}."],
        [5, "The same customer and amount as line 4."],
    ]
    assert run.items.count() == 4
