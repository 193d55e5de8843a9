"""Charges that look like one that was made already: who is asked, what is kept, who may go on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from orders import clock
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import audit, charge, place, resend
from orders.services.near_duplicates import Confirmation, Warned, find
from orders.services.timeline import timeline
from orders.states import Kind, OrderStatus, Status
from tests import steps
from tests.factories import (
    CustomerFactory,
    OperationFactory,
    OrderFactory,
    StaffFactory,
    StoredCardFactory,
)
from tests.together import together

AMOUNT = {"amount_minor": 12_500, "currency": "AED"}


def made(age: timedelta = timedelta(), *, trait: str = "charged", **facts: object) -> Order:
    """An order for AED 125.00 that was charged a while ago."""
    with clock.at(clock.now() - age):
        return OrderFactory(**{trait: True, **AMOUNT, **facts})


def warned(actor: Staff, order: Order, **changes: object) -> Warned:
    """The warning that the customer's next order for the same runs into."""
    with pytest.raises(Warned) as raised:
        steps.place_new(actor, customer=order.customer, **changes)
    return raised.value


def test_with_a_reason_the_charge_is_made_and_the_reason_kept(
    agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    charge.proceed(steps.place_stored(agent, card))
    with pytest.raises(Warned) as raised:
        steps.place_stored(agent, card)
    assert raised.value.code == "near_duplicate"
    assert Order.objects.count() == 2
    placed = place.place_order(
        actor=agent,
        form_key=place.new_form_key(),
        new_order=steps.wanted(card.customer),
        stored_card=card,
        confirmation=raised.value.answered("a second gift box"),
    )
    operation = charge.proceed(placed)
    assert (operation.status, operation.reason) == (Status.APPROVED, "a second gift box")
    event = operation.order.events.get(kind="near_duplicate_passed")
    assert (event.actor, event.reason) == (agent, "a second gift box")
    [other] = raised.value.found
    assert event.data["beside"] == [other.operation.merchant_reference]
    [entry] = timeline([event])
    assert f"Beside {other.operation.merchant_reference}" in entry.details
    assert not list(audit.verify())


def test_nothing_is_stored_before_the_reason(agent: Staff) -> None:
    found = warned(agent, made()).found
    assert [one.is_same_customer for one in found] == [True]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"amount_minor": 12_600}, {"currency": "SAR"}, {"customer": None}]
)
def test_another_amount_currency_or_customer_is_not_asked_about(
    agent: Staff, changes: dict[str, object]
) -> None:
    order = made()
    steps.place_new(agent, **({"customer": order.customer} | changes))


def test_a_day_later_nobody_is_asked(agent: Staff) -> None:
    old = made(timedelta(hours=24, seconds=1))
    steps.place_new(agent, customer=old.customer)
    young = made(timedelta(hours=23, minutes=59))
    assert warned(agent, young).found


@pytest.mark.parametrize("status", sorted(Status))
def test_what_took_holds_or_may_take_the_money_is_asked_about(agent: Staff, status: Status) -> None:
    order = OrderFactory(**AMOUNT)
    OperationFactory(order=order, sent=True, status=status, fort_id="1697")
    is_over = status in {Status.DECLINED, Status.EXPIRED, Status.VOIDED, Status.LAPSED}
    found = find(customer=order.customer, **AMOUNT)
    assert bool(found) != is_over


def test_a_refund_of_the_same_amount_is_no_charge(agent: Staff) -> None:
    order = made(trait="refunded", refunded_minor=12_500)
    kinds = {one.operation.kind for one in find(customer=order.customer, **AMOUNT)}
    assert kinds == {Kind.PURCHASE}


def test_the_same_card_is_asked_about_whoever_ordered(agent: Staff) -> None:
    card = StoredCardFactory()
    OperationFactory(order=OrderFactory(**AMOUNT), approved=True, token_name=card.token_name)
    with pytest.raises(Warned) as raised:
        steps.place_stored(agent, card)
    [one] = raised.value.found
    assert not one.is_same_customer
    assert not raised.value.needs_right


@pytest.mark.parametrize("reason", ["", "  ", "twi"])
def test_a_reason_that_says_nothing_is_asked_for_again(agent: Staff, reason: str) -> None:
    warning = warned(agent, made())
    with pytest.raises(Warned) as raised:
        place.place_order(
            actor=agent,
            form_key=place.new_form_key(),
            new_order=steps.wanted(warning.found[0].operation.order.customer),
            confirmation=warning.answered(reason),
        )
    assert (raised.value.code, raised.value.field) == ("reason_missing", "reason")
    assert raised.value.found == warning.found


def again(actor: Staff, warning: Warned, confirmation: Confirmation | None = None) -> Operation:
    """The order of the warning, placed with a reason."""
    return place.place_order(
        actor=actor,
        form_key=place.new_form_key(),
        new_order=steps.wanted(warning.found[0].operation.order.customer),
        confirmation=confirmation or warning.answered("wants two of them"),
    ).operation


def test_another_near_duplicate_meanwhile_is_asked_about_again(agent: Staff) -> None:
    first = made()
    warning = warned(agent, first)
    second = made(customer=first.customer)
    with pytest.raises(Warned) as raised:
        again(agent, warning)
    assert second in [one.operation.order for one in raised.value.found]
    assert again(agent, raised.value).reason == "wants two of them"


def test_news_of_what_was_shown_is_asked_about_again(agent: Staff, gateway: Sandbox) -> None:
    waiting = steps.enter_card(steps.place_new(agent))
    warning = warned(agent, waiting.order)
    charge.charge(actor=agent, operation=waiting)
    with pytest.raises(Warned) as raised:
        again(agent, warning)
    assert raised.value.found[0].operation.status == Status.APPROVED


def test_fault_12_unknown_payment_stops_the_agent_and_not_the_supervisor(
    agent: Staff, supervisor: Staff
) -> None:
    unknown = made(timedelta(minutes=9), trait="unknown")
    warning = warned(agent, unknown)
    assert (warning.code, warning.needs_right) == ("open_duplicate", True)
    with pytest.raises(Warned):
        again(agent, warning)
    with pytest.raises(Warned, match="reason"):
        steps.place_new(supervisor, customer=unknown.customer)
    assert again(supervisor, warning).reason


def test_ten_minutes_later_an_unknown_payment_needs_a_reason_only(agent: Staff) -> None:
    warning = warned(agent, made(timedelta(minutes=11), trait="unknown"))
    assert (warning.code, warning.needs_right) == ("near_duplicate", False)
    assert again(agent, warning)


def test_a_charge_that_came_up_after_the_card_was_typed_is_asked_about(
    agent: Staff, gateway: Sandbox
) -> None:
    waiting = steps.enter_card(steps.place_new(agent))
    made(customer=waiting.order.customer)
    with pytest.raises(Warned) as raised:
        charge.charge(actor=agent, operation=waiting)
    waiting.refresh_from_db()
    assert waiting.status == Status.PREPARED
    answer = raised.value.answered("wants two of them")
    sent = charge.charge(actor=agent, operation=waiting, confirmation=answer)
    assert (sent.status, sent.reason) == (Status.APPROVED, "wants two of them")


def test_a_try_that_was_not_made_is_not_sent_again_beside_another(
    agent: Staff, gateway: Sandbox
) -> None:
    order = OrderFactory(**AMOUNT, taken_by=agent)
    failed = OperationFactory(order=order, sent=True, status=Status.NOT_CHARGED)
    made(customer=order.customer)
    with pytest.raises(Warned) as raised:
        resend.resend(actor=agent, operation=failed)
    failed.refresh_from_db()
    assert failed.status == Status.NOT_CHARGED
    answer = raised.value.answered("wants two of them")
    sent = resend.resend(actor=agent, operation=failed, confirmation=answer)
    assert sent.resends == 1
    assert sent.reason == "wants two of them"


def test_another_try_of_the_order_is_not_asked_the_same_twice(
    agent: Staff, gateway: Sandbox
) -> None:
    first = steps.enter_card(again(agent, warned(agent, made())), steps.DECLINED_VISA)
    assert charge.charge(actor=agent, operation=first).status == Status.DECLINED
    placed = place.prepare_charge(
        actor=agent, form_key=place.new_form_key(), order=first.order
    ).operation
    assert (placed.reason, placed.beside) == (first.reason, first.beside)
    made(customer=first.order.customer)
    with pytest.raises(Warned):
        place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=first.order)


def test_an_orders_own_charges_are_no_near_duplicates(agent: Staff) -> None:
    order = steps.place_new(agent).order
    place.prepare_charge(actor=agent, form_key=place.new_form_key(), order=order)


def test_the_same_form_again_is_never_asked(agent: Staff) -> None:
    form = {"actor": agent, "form_key": "f" * 26, "new_order": steps.wanted(CustomerFactory())}
    first = place.place_order(**form)
    assert place.place_order(**form).operation == first.operation
    form = {"actor": agent, "form_key": "g" * 26, "order": OrderFactory(declined=True)}
    first = place.prepare_charge(**form)
    assert place.prepare_charge(**form).operation == first.operation


def test_of_two_orders_at_the_same_moment_the_second_is_asked(transactional_db: None) -> None:
    card, agents = StoredCardFactory(), StaffFactory.create_batch(4, agent=True)
    acts = [lambda one=one: steps.place_stored(one, card) for one in agents]
    results = together(*acts)
    assert sum(isinstance(one, Warned) for one in results) == 3
    assert Order.objects.get().status == OrderStatus.UNKNOWN


def test_no_row_says_what_was_seen_without_a_reason(agent: Staff) -> None:
    operation = steps.place_new(agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Operation.objects.filter(pk=operation.pk).update(beside="1-approved")


def test_finding_nothing_takes_one_query_for_the_customer_and_one_for_the_card(
    db: None,
) -> None:
    customer = CustomerFactory()
    with CaptureQueriesContext(connection) as queries:
        find(customer=customer, **AMOUNT)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        find(customer=customer, **AMOUNT, token_name="t" * 32)
    assert len(queries) == 2
