from functools import partial

import pytest

from orders.errors import Conflict, Refused
from orders.models import Customer, Event, Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, place
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import CustomerFactory, OperationFactory, OrderFactory, StoredCardFactory
from tests.together import together


def test_an_order_for_a_new_card_waits_for_it(agent: Staff) -> None:
    operation = steps.place_new(agent, reference="WEB-1")
    assert operation.status == Status.PREPARED
    assert operation.merchant_reference == f"{operation.order.number}-1"
    assert operation.order.taken_by == agent


def test_placing_writes_down_who_took_the_order(agent: Staff) -> None:
    order = steps.place_new(agent).order
    kinds = Event.objects.filter(order=order, actor=agent).values_list("kind", flat=True)
    assert list(kinds) == ["order_taken", "purchase_prepared"]


def test_a_stored_card_is_claimed_in_the_same_commit(agent: Staff) -> None:
    placed = steps.place_stored(agent, StoredCardFactory())
    assert placed.is_new
    assert placed.operation.status == Status.SENDING
    assert placed.operation.submitted_at is not None


def test_the_same_form_key_gives_the_same_order(agent: Staff) -> None:
    card = StoredCardFactory()
    first = steps.place_stored(agent, card, form_key="f" * 26)
    again = steps.place_stored(agent, card, form_key="f" * 26)
    assert again.operation == first.operation
    assert not again.is_new
    assert Order.objects.count() == 1


@pytest.mark.parametrize("changes", [{"amount_minor": 1}, {"currency": "SAR"}])
def test_the_same_form_key_for_something_else_is_a_conflict(
    agent: Staff, changes: dict[str, object]
) -> None:
    card = StoredCardFactory()
    steps.place_stored(agent, card, form_key="f" * 26)
    with pytest.raises(Conflict) as refused:
        steps.place_stored(agent, card, form_key="f" * 26, **changes)
    assert refused.value.code == "form_key_reused"


def test_nobody_without_the_right_takes_an_order(db: None) -> None:
    with pytest.raises(Refused):
        steps.place_new(Staff.objects.create(username="guest"))
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -5}, "amount"),
        ({"amount_minor": 10_000_000_000}, "amount"),
        ({"source": "pigeon"}, "source"),
        ({"wants": "refund"}, "wants"),
    ],
)
def test_fault_49_impossible_order_is_refused_at_its_field(
    agent: Staff, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        steps.place_new(agent, **changes)
    assert refused.value.field == field
    assert not Order.objects.exists()


def test_a_reference_that_is_taken_names_the_order_that_has_it(agent: Staff) -> None:
    other = OrderFactory(reference="WEB-7")
    with pytest.raises(Refused, match=other.number):
        steps.place_new(agent, reference="WEB-7")


@pytest.mark.parametrize("state", ["frozen", "revoked", "expired"])
def test_a_stored_card_that_is_not_active_is_refused(agent: Staff, state: str) -> None:
    with pytest.raises(Refused, match="another card"):
        steps.place_stored(agent, StoredCardFactory(state=state))


def test_a_stored_card_past_its_month_is_refused(agent: Staff) -> None:
    with pytest.raises(Refused, match="ended 03/24"):
        steps.place_stored(agent, StoredCardFactory(expiry="2403"))


def test_a_card_of_another_customer_is_refused(agent: Staff) -> None:
    with pytest.raises(Refused, match="another customer"):
        place.place_order(
            actor=agent,
            form_key=place.new_form_key(),
            new_order=steps.wanted(CustomerFactory()),
            stored_card=StoredCardFactory(),
        )


def test_visa_with_an_odd_third_decimal_is_refused_before_sending(agent: Staff) -> None:
    with pytest.raises(Refused) as refused:
        steps.place_stored(agent, StoredCardFactory(), currency="KWD", amount_minor=1_001)
    assert (refused.value.code, refused.value.field) == ("visa_last_digit", "amount")


def test_a_brand_that_moto_does_not_take_is_refused_before_sending(agent: Staff) -> None:
    with pytest.raises(Refused) as refused:
        steps.place_stored(agent, StoredCardFactory(brand="MADA"))
    assert refused.value.code == "brand_not_moto"


def test_another_try_takes_the_place_of_a_card_nobody_entered(agent: Staff) -> None:
    first = steps.place_new(agent)
    placed = place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=first.order)
    first.refresh_from_db()
    assert first.status == Status.EXPIRED
    assert placed.operation.merchant_reference == f"{first.order.number}-2"


@pytest.mark.parametrize("state", ["charged", "paid", "reserved", "unknown", "refunded"])
def test_an_order_that_was_or_may_be_charged_takes_no_other_try(agent: Staff, state: str) -> None:
    order = OrderFactory(**{state: True})
    with pytest.raises(Conflict):
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)


def test_a_form_key_of_another_order_is_a_conflict(agent: Staff) -> None:
    first = steps.place_new(agent)
    with pytest.raises(Conflict):
        place.prepare_charge(
            actor=agent, form_key=first.form_key, order=OrderFactory(declined=True)
        )


def test_cancelling_expires_a_card_that_was_never_sent(agent: Staff) -> None:
    assert place.cancel(actor=agent, operation=steps.place_new(agent)).status == Status.EXPIRED


def test_what_was_sent_cannot_be_cancelled(agent: Staff) -> None:
    with pytest.raises(Conflict):
        place.cancel(
            actor=agent, operation=steps.place_stored(agent, StoredCardFactory()).operation
        )


def test_a_success_that_waits_for_its_refund_lets_nothing_more_be_charged(agent: Staff) -> None:
    order = OrderFactory(declined=True)
    OperationFactory(order=order, sent=True, status="duplicate", fort_id="169700000000000001")
    with pytest.raises(Conflict):
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)


def test_a_card_frozen_since_it_was_chosen_is_not_charged(agent: Staff) -> None:
    card = StoredCardFactory()
    StoredCard.objects.filter(pk=card.pk).update(state="frozen")
    with pytest.raises(Refused) as refused:
        steps.place_stored(agent, card)
    assert refused.value.code == "card_not_active"
    assert not Order.objects.exists()


def test_a_customer_deleted_since_they_were_chosen_is_said_to_be_gone(
    transactional_db: None, agent: Staff
) -> None:
    customer = CustomerFactory()
    Customer.objects.filter(pk=customer.pk).delete()
    with pytest.raises(Refused) as refused:
        steps.place_new(agent, customer=customer)
    assert refused.value.field == "customer_search"
    assert not Order.objects.exists()


def test_an_order_stands_in_the_lists_as_its_charges_do(agent: Staff) -> None:
    order = steps.place_stored(agent, StoredCardFactory()).operation.order
    assert Order.objects.get(pk=order.pk).status == OrderStatus.UNKNOWN
    order = OrderFactory(declined=True)
    waiting = place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)
    assert Order.objects.get(pk=order.pk).status == OrderStatus.OPEN
    Operation.objects.filter(pk=waiting.operation.pk).update(token_name="t" * 32)
    charge._claim(waiting.operation, agent, confirmation=None, sent_key=None)
    assert Order.objects.get(pk=order.pk).status == OrderStatus.UNKNOWN


def test_form_keys_are_letters_that_never_look_like_a_card_number() -> None:
    keys = {place.new_form_key() for _number in range(100)}
    assert len(keys) == 100
    assert all(len(key) == 26 and key.isalnum() for key in keys)


def test_eight_presses_at_once_charge_once(
    transactional_db: None, agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)

    def press() -> Operation:
        return charge.proceed(steps.place_stored(agent, card, form_key="p" * 26))

    results = together(*[press] * 8)
    references = {result.merchant_reference for result in results}  # type: ignore[attr-defined]
    assert len(references) == 1
    assert gateway.count(references.pop(), "PURCHASE") == 1


def test_fault_69_two_people_at_the_same_order_charge_it_once(
    transactional_db: None, agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    order = OrderFactory(declined=True, customer=card.customer, amount_minor=700, currency="AED")

    def take() -> Operation:
        return charge.proceed(
            place.prepare_charge(
                actor=agent, form_key=place.new_form_key(), order=order, stored_card=card
            )
        )

    results = together(take, take, take, take)
    assert sum(isinstance(result, Operation) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert gateway.count(f"{order.number}-2", "PURCHASE") == 1


def test_one_form_for_two_orders_at_once_charges_one(
    transactional_db: None, agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)

    def take(order: Order, key: str) -> Operation:
        return charge.proceed(
            place.prepare_charge(actor=agent, form_key=key, order=order, stored_card=card)
        )

    for pair in range(5):
        key = place.new_form_key()
        orders = [
            OrderFactory(customer=card.customer, currency="AED", amount_minor=20_000 + amount)
            for amount in (2 * pair, 2 * pair + 1)
        ]
        results = together(*[partial(take, order, key) for order in orders])
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "Operation"]
        assert Operation.objects.filter(form_key=key).count() == 1
