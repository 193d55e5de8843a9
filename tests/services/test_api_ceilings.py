"""What an API key may move at once and in a day, also when it tries at one instant."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders import clock
from orders.errors import OverCeiling
from orders.models import ApiKey, Event, Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge
from orders.states import MOVES_MONEY, Status
from tests import steps
from tests.api_keys import make_key
from tests.factories import StaffFactory, StoredCardFactory
from tests.services import after_sale
from tests.services.after_sale import act, reserved
from tests.together import together

DAY_MINOR = 20_000


def machine(**changes: Any) -> Staff:
    scopes = ["charges:write", "captures:write", "refunds:write"]
    row, _key = make_key(StaffFactory(admin=True), scopes=scopes, **changes)
    return Staff.objects.get(pk=row.staff_id)


def card_of(gateway: Sandbox, number: str = steps.VISA) -> StoredCard:
    return StoredCardFactory(token_name=gateway.make_token(number))


def charged(actor: Staff, card: StoredCard, amount_minor: int) -> Operation:
    placed = steps.place_stored(actor, card, amount_minor=amount_minor, source="api")
    return charge.proceed(placed)


def test_within_its_ceilings_a_key_charges(db: None, gateway: Sandbox) -> None:
    shop = machine(charge_ceiling_minor=10_000, day_ceiling_minor=DAY_MINOR)
    assert charged(shop, card_of(gateway), 10_000).status == "approved"


@pytest.mark.parametrize(
    ("amount_minor", "currency", "code"),
    [(10_001, "AED", "charge_ceiling"), (100, "SAR", "key_currency")],
)
def test_beyond_them_nothing_is_stored_and_the_trail_is_told(
    db: None, gateway: Sandbox, amount_minor: int, currency: str, code: str
) -> None:
    shop = machine(charge_ceiling_minor=10_000)
    with pytest.raises(OverCeiling) as refused:
        steps.place_stored(shop, card_of(gateway), amount_minor=amount_minor, currency=currency)
    assert refused.value.code == code
    assert not Operation.objects.exists()
    assert Event.objects.get(kind="limit_reached").data["limit"] == code


@pytest.mark.parametrize("kind", ["capture", "refund"])
@pytest.mark.parametrize(
    ("ceilings", "amount_minor", "code"),
    [
        ({"charge_ceiling_minor": 4_000}, 4_001, "charge_ceiling"),
        ({"day_ceiling_minor": 6_000}, 2_001, "day_ceiling"),
        ({"charge_ceiling_minor": 9_000, "currency": "KWD"}, 1_000, "key_currency"),
    ],
)
def test_captures_and_refunds_keep_to_them_too(
    db: None, gateway: Sandbox, kind: str, ceilings: dict[str, Any], amount_minor: int, code: str
) -> None:
    agent, shop = StaffFactory(agent=True), machine()
    take = reserved if kind == "capture" else after_sale.charged
    first, order = take(agent), take(agent, amount_minor=13_000)
    assert act(kind, shop, first, 4_000).status == "approved"
    ApiKey.objects.update(**ceilings)
    with pytest.raises(OverCeiling) as refused:
        act(kind, shop, order, amount_minor)
    assert refused.value.code == code
    assert not order.operations.filter(kind=kind).exists()
    assert order.events.get(kind="limit_reached").data["limit"] == code


def test_each_kind_of_act_has_a_day_of_its_own(db: None, gateway: Sandbox) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    order = charged(shop, card_of(gateway), 15_000).order
    assert act("refund", shop, order, 15_000).status == "approved"


def test_people_have_no_ceilings_of_keys(db: None, gateway: Sandbox) -> None:
    machine(charge_ceiling_minor=1)
    assert charged(StaffFactory(agent=True), card_of(gateway), 99_000).status == "approved"


def test_the_day_moves_on_and_refusals_do_not_count(db: None, gateway: Sandbox) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    assert charged(shop, card_of(gateway, steps.DECLINED_VISA), 19_000).status == "declined"
    charged(shop, card_of(gateway), 15_000)
    with pytest.raises(OverCeiling):
        charged(shop, card_of(gateway), 5_001)
    with clock.at(clock.now() + timedelta(hours=25)):
        assert charged(shop, card_of(gateway), 5_001).status == "approved"


@pytest.mark.parametrize(
    "status", ["sending", "unknown", "approved", "not_charged", "released", "duplicate"]
)
def test_what_took_money_or_may_yet_take_it_counts(db: None, gateway: Sandbox, status: str) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    assert charged(shop, card_of(gateway), 14_940).status == Status.UNKNOWN
    Operation.objects.update(status=status, fort_id="169000000000000001")
    with pytest.raises(OverCeiling):
        charged(shop, card_of(gateway), 5_100)


def test_a_charge_counts_from_when_it_was_sent(db: None, gateway: Sandbox) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    charged(shop, card_of(gateway), 15_000)
    Operation.objects.update(created_at=clock.now() - timedelta(hours=25))
    with pytest.raises(OverCeiling):
        charged(shop, card_of(gateway), 5_001)


def test_a_charge_that_waits_for_its_card_counts_once(db: None, gateway: Sandbox) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    waiting = steps.enter_card(steps.place_new(shop, amount_minor=DAY_MINOR, source="api"))
    with pytest.raises(OverCeiling):
        charged(shop, card_of(gateway), 1_000)
    assert charge.charge(actor=shop, operation=waiting).status == "approved"


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8))
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
def test_whatever_is_asked_for_no_day_takes_more(
    db: None, gateway: Sandbox, thousands: list[int]
) -> None:
    shop = machine(name=f"Shop {Staff.objects.count()}", day_ceiling_minor=DAY_MINOR)
    taken = 0
    for amount_minor in (1_000 * one for one in thousands):
        with suppress(OverCeiling):
            taken += charged(shop, card_of(gateway), amount_minor).amount_minor
            assert taken <= DAY_MINOR
            continue
        assert taken + amount_minor > DAY_MINOR
    charges = Operation.objects.filter(actor=shop, status__in=MOVES_MONEY)
    assert sum(one.amount_minor for one in charges) == taken


@pytest.mark.django_db(transaction=True)
def test_two_charges_at_one_instant_do_not_pass_the_ceiling_together(
    transactional_db: None, gateway: Sandbox
) -> None:
    shop = machine(day_ceiling_minor=DAY_MINOR)
    cards = [card_of(gateway), card_of(gateway)]
    results = together(*[lambda card=card: charged(shop, card, 11_000) for card in cards])
    assert sum(isinstance(one, Operation) for one in results) == 1
    assert sum(isinstance(one, OverCeiling) for one in results) == 1
