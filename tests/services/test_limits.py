"""How often a card, an order, a person and the whole office may try."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Limited
from orders.gateway import Outcome
from orders.models import Customer, Event, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge, evidence, follow_up, limits, place, resend
from orders.services.unlocking import unlock_charging
from orders.states import Source, Status
from tests import steps
from tests.factories import (
    CustomerFactory,
    OperationFactory,
    OrderFactory,
    StaffFactory,
    StoredCardFactory,
)
from tests.services.after_sale import wish
from tests.services.said import said
from tests.together import together

OUR_ACCOUNT = "13015"
KNOWN = {"payment_option": "VISA", "last_four": "1111", "expiry": "3005"}


def refusals(count: int, age: timedelta = timedelta(), **facts: object) -> list[Operation]:
    """Charges that the bank refused a while ago, each of an order of its own."""
    with clock.at(clock.now() - age):
        order = {"order__customer": facts.pop("customer")} if "customer" in facts else {}
        return OperationFactory.create_batch(count, declined=True, **order, **facts)


def refused(act: object, *args: object, **given: object) -> Limited:
    with pytest.raises(Limited) as raised:
        act(*args, **given)  # type: ignore[operator]
    return raised.value


def test_a_person_with_five_refusals_goes_on(agent: Staff, gateway: Sandbox) -> None:
    refusals(5, actor=agent)
    assert steps.charge_new(agent).status == Status.APPROVED


def test_two_hundred_tries_with_declining_cards_end_at_the_sixth(
    agent: Staff, gateway: Sandbox
) -> None:
    codes = set()
    for _number in range(200):
        try:
            steps.charge_new(agent, steps.DECLINED_VISA)
        except Limited as limited:
            codes.add(limited.code)
    assert codes == {"person_locked"}
    assert sum(one["command"] == "PURCHASE" for one in gateway.requests) == 6
    assert Order.objects.count() == 6
    agent.refresh_from_db()
    assert agent.charging_locked_at
    assert Event.objects.filter(kind="charging_locked", actor=agent).count() == 1
    told = Event.objects.filter(kind="limit_reached", actor=agent, chain="accounts")
    assert told.count() == 194


def test_tries_at_the_same_moment_are_counted_too(
    transactional_db: None, agent: Staff, gateway: Sandbox
) -> None:
    cards = [
        StoredCardFactory(token_name=gateway.make_token(steps.DECLINED_VISA)) for _one in range(12)
    ]
    acts = [lambda one=card: charge.proceed(steps.place_stored(agent, one)) for card in cards]
    together(*acts)
    assert 1 <= sum(one["command"] == "PURCHASE" for one in gateway.requests) <= 6


def test_many_charges_under_way_are_one_too_many(agent: Staff) -> None:
    OperationFactory.create_batch(6, sent=True, actor=agent)
    assert refused(steps.place_new, agent).code == "too_many_at_once"


def lock(agent: Staff) -> None:
    refusals(5, actor=agent)
    decline(OperationFactory(sent=True, actor=agent))


def decline(operation: Operation) -> None:
    """The bank says no to a charge that was sent."""
    statement = said(Outcome.DECLINED, response_code="13666")
    evidence.apply(operation=operation, statement=statement)


def test_the_lock_outlives_the_ten_minutes_and_stops_all_that_moves_money(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    waiting = steps.enter_card(steps.place_new(agent))
    failed = OperationFactory(sent=True, status=Status.NOT_CHARGED)
    charged = OrderFactory(charged=True)
    for person in (agent, supervisor):
        lock(person)
    with clock.at(clock.now() + timedelta(minutes=14)):
        for act in (
            lambda: steps.place_new(agent),
            lambda: steps.place_stored(agent, StoredCardFactory()),
            lambda: charge.charge(actor=agent, operation=waiting),
            lambda: resend.resend(actor=agent, operation=failed),
            lambda: follow_up.refund(actor=supervisor, order=charged, wish=wish(10)),
        ):
            assert refused(act).code == "person_locked"
    assert not gateway.count(waiting.merchant_reference, "PURCHASE")
    assert waiting.order.events.get(kind="limit_reached").data == {"limit": "person_locked"}


def test_unlocked_a_person_begins_anew(agent: Staff, supervisor: Staff, gateway: Sandbox) -> None:
    lock(agent)
    unlock_charging(actor=supervisor, person=agent, reason="their terminal was wrong")
    for _number in range(6):
        steps.charge_new(agent, steps.DECLINED_VISA)
    assert refused(steps.place_new, agent).code == "person_locked"


@pytest.mark.parametrize(
    "facts",
    [
        {"response_code": OUR_ACCOUNT},
        {"status": Status.UNKNOWN},
        {"status": Status.NOT_CHARGED},
        {"actor": None},
    ],
)
def test_what_is_not_the_persons_refusal_is_not_counted(
    agent: Staff, facts: dict[str, object]
) -> None:
    OperationFactory.create_batch(9, declined=True, **({"actor": agent} | facts))
    decline(OperationFactory(sent=True, **({"actor": agent} | facts) | {"status": Status.SENDING}))
    agent.refresh_from_db()
    assert agent.charging_locked_at is None
    steps.place_new(agent)


def test_refusals_of_a_person_count_whatever_the_order_says(agent: Staff) -> None:
    """An order of a repeat run that somebody charges by hand is that person's try."""
    refusals(6, actor=agent, order__source=Source.REPEAT)
    assert refused(steps.place_new, agent).code == "too_many_at_once"
    decline(OperationFactory(sent=True, actor=agent, order__source=Source.REPEAT))
    assert refused(steps.place_new, agent).code == "person_locked"


def test_refusals_of_others_and_of_earlier_are_not_counted(agent: Staff) -> None:
    refusals(6, actor=StaffFactory(agent=True))
    refusals(6, timedelta(minutes=10, seconds=1), actor=agent)
    steps.place_new(agent)


@pytest.fixture
def card_of(db: None) -> Customer:
    return CustomerFactory()


@pytest.mark.parametrize(
    ("count", "age", "is_refused"),
    [
        (9, timedelta(hours=1), False),
        (10, timedelta(hours=23), True),
        (10, timedelta(hours=25), False),
        (14, timedelta(days=2), False),
        (15, timedelta(days=29), True),
        (15, timedelta(days=31), False),
    ],
)
@pytest.mark.parametrize("same", ["token", "looks"])
def test_a_card_is_refused_ten_times_a_day_and_fifteen_a_month(
    agent: Staff, card_of: Customer, count: int, age: timedelta, is_refused: bool, same: str
) -> None:
    card = StoredCardFactory(customer=card_of, expiry="3005")
    facts = {"token_name": card.token_name} if same == "token" else {"customer": card_of, **KNOWN}
    refusals(count, age, **facts)
    if is_refused:
        limited = refused(steps.place_stored, agent, card)
        assert (limited.code, limited.field) == ("card_refusals", "card")
    else:
        steps.place_stored(agent, card)


@pytest.mark.parametrize("changes", [{"last_four": "1112"}, {"expiry": "3006"}, {"customer": None}])
def test_another_card_may_be_tried(
    agent: Staff, card_of: Customer, changes: dict[str, object]
) -> None:
    facts = {"customer": card_of, **KNOWN} | changes
    refusals(15, **{name: value for name, value in facts.items() if value})
    steps.place_stored(agent, StoredCardFactory(customer=card_of, expiry="3005"))


def test_a_typed_card_is_looked_at_once_its_token_is_there(
    agent: Staff, card_of: Customer, gateway: Sandbox
) -> None:
    refusals(10, customer=card_of, **KNOWN | {"last_four": "0001"})
    waiting = steps.enter_card(steps.place_new(agent, customer=card_of))
    assert refused(charge.charge, actor=agent, operation=waiting).code == "card_refusals"
    assert not gateway.count(waiting.merchant_reference, "PURCHASE")


def test_an_order_is_tried_five_times_a_day(agent: Staff) -> None:
    order = OrderFactory(declined=True)
    OperationFactory.create_batch(3, order=order, declined=True)
    assert place.prepare_charge(actor=agent, form_key="a" * 26, order=order).is_new
    OperationFactory(order=order, declined=True, seq=9, merchant_reference="MO-9")
    limited = refused(place.prepare_charge, actor=agent, form_key="b" * 26, order=order)
    assert limited.code == "order_tries"
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)):
        assert place.prepare_charge(actor=agent, form_key="c" * 26, order=order).is_new


def test_a_charge_sent_again_is_another_try(agent: Staff) -> None:
    failed = OperationFactory(sent=True, status=Status.NOT_CHARGED, resends=4)
    assert refused(resend.resend, actor=agent, operation=failed).code == "order_tries"


def test_thirty_forms_for_new_cards_an_hour(agent: Staff) -> None:
    OperationFactory.create_batch(29, actor=agent, status=Status.EXPIRED)
    steps.place_new(agent)
    assert refused(steps.place_new, agent).code == "card_forms"
    steps.place_stored(agent, StoredCardFactory())
    with clock.at(clock.now() + timedelta(hours=1, seconds=1)):
        steps.place_new(agent)


def answered(approved: int, declined: int, **facts: object) -> None:
    OperationFactory.create_batch(approved, approved=True)
    OperationFactory.create_batch(declined, declined=True, **facts)


@pytest.mark.parametrize(("approved", "declined"), [(12, 8), (1, 18), (30, 5)])
def test_an_office_with_few_refusals_or_few_charges_goes_on(
    agent: Staff, approved: int, declined: int
) -> None:
    answered(approved, declined)
    steps.place_new(agent)


def test_an_office_whose_cards_are_refused_pauses_and_goes_on_by_itself(
    agent: Staff, supervisor: Staff
) -> None:
    answered(11, 9)
    assert refused(steps.place_new, agent).code == "office_paused"
    assert steps.place_new(supervisor)
    with clock.at(clock.now() + timedelta(minutes=15, seconds=1)):
        steps.place_new(agent)


@pytest.mark.parametrize("facts", [{"response_code": OUR_ACCOUNT}, {"actor": None}])
def test_what_is_nobodys_try_pauses_nobody(agent: Staff, facts: dict[str, object]) -> None:
    answered(5, 30, **facts)
    steps.place_new(agent)


def test_every_limit_is_a_setting(agent: Staff, settings: Settings) -> None:
    settings.CARD_FORMS_AN_HOUR = 1
    steps.place_new(agent)
    assert "1 new cards" in str(refused(steps.place_new, agent))


def test_all_limits_together_take_five_queries(agent: Staff) -> None:
    order = OrderFactory(declined=True)
    card = limits.Card("t" * 32, "VISA", "1111", "3005")
    actor = Staff.objects.get(pk=agent.pk)
    actor.get_all_permissions()
    with CaptureQueriesContext(connection) as queries:
        limits.check(actor=actor, customer=order.customer, card=card, order=order)
    assert len(queries) == 5
