"""What a consent covers is charged; everything else is refused with the reason, and not sent."""

from datetime import UTC, date, datetime, timedelta

import pytest

from orders import clock
from orders.errors import OverCeiling, Refused
from orders.models import Consent, Event, Operation, Staff, StoredCard
from orders.purposes import Initiator, Purpose
from orders.sandbox.server import Sandbox
from orders.services import agreements, charge, place, resend, withdrawals
from orders.services.near_duplicates import Warned
from orders.states import Kind, Status
from tests import steps
from tests.factories import ConsentFactory, OperationFactory, StoredCardFactory
from tests.services.after_sale import act
from tests.services.over_ceiling import limit_charges
from tests.services.test_resend import not_charged

MERCHANT, CUSTOMER = Initiator.MERCHANT, Initiator.CUSTOMER


def card_with(gateway: Sandbox, **consent: object) -> StoredCard:
    """A card that the stand-in knows, kept by such a consent in AED."""
    given = {"currency": "AED", "purpose_code": Purpose.REGULAR} | consent
    found: StoredCard = ConsentFactory(card__token_name=gateway.make_token(), **given).card
    return found


def charge_it(
    agent: Staff, card: StoredCard, amount_minor: int, by: str = MERCHANT, **order: object
) -> Operation:
    placed = steps.place_stored(agent, card, initiated_by=by, amount_minor=amount_minor, **order)
    return charge.proceed(placed)


def refusal(agent: Staff, card: StoredCard, amount_minor: int, by: str = MERCHANT) -> Refused:
    before = Operation.objects.count()
    with pytest.raises(Refused) as refused:
        charge_it(agent, card, amount_minor, by)
    assert Operation.objects.count() == before
    return refused.value


def test_a_charge_that_we_start_goes_as_recurring_with_its_agreement(
    agent: Staff, gateway: Sandbox
) -> None:
    card = card_with(gateway)
    operation = charge_it(agent, card, 12_500)
    assert (operation.status, operation.initiated_by) == (Status.APPROVED, "merchant")
    [request] = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    assert request["parameters"]["eci"] == "RECURRING"
    assert request["parameters"]["agreement_id"] == f"A{1000 + card.consent.pk}"
    assert "customer_ip" not in request["parameters"]


def test_a_charge_that_the_customer_starts_goes_as_moto(agent: Staff, gateway: Sandbox) -> None:
    operation = charge_it(agent, card_with(gateway), 12_500, CUSTOMER)
    assert (operation.status, operation.initiated_by) == (Status.APPROVED, "customer")
    [request] = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    assert request["parameters"]["eci"] == "MOTO"
    assert "agreement_id" not in request["parameters"]


def test_an_account_that_takes_no_recurring_charge_is_sent_moto(
    agent: Staff, gateway: Sandbox, settings: object
) -> None:
    settings.RECURRING_ECI = False  # type: ignore[attr-defined]
    operation = charge_it(agent, card_with(gateway), 12_500)
    assert (operation.status, operation.initiated_by) == (Status.APPROVED, "merchant")
    assert gateway.requests[-1]["parameters"]["eci"] == "MOTO"


def test_the_trail_tells_who_started_it(agent: Staff, gateway: Sandbox) -> None:
    operation = charge_it(agent, card_with(gateway), 12_500)
    events = operation.order.events.filter(kind__startswith="purchase_")
    assert {event.data["initiated_by"] for event in events} == {"merchant"}


@pytest.mark.parametrize("by", [MERCHANT, CUSTOMER])
def test_a_charge_over_its_ceiling_is_refused_whoever_starts_it(
    agent: Staff, gateway: Sandbox, by: str
) -> None:
    card = card_with(gateway, ceiling_per_charge_minor=10_000)
    found = refusal(agent, card, 10_001, by)
    assert (found.code, found.field) == ("ceiling_per_charge", "amount")
    assert "AED 100.00" in str(found)
    assert charge_it(agent, card, 10_000, by).status == Status.APPROVED


def test_the_charges_of_a_month_keep_to_its_ceiling(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ceiling_per_month_minor=10_000)
    charge_it(agent, card, 6_000)
    found = refusal(agent, card, 4_001)
    assert found.code == "ceiling_per_month"
    assert "AED 40.00" in str(found)
    charge_it(agent, card, 4_000)
    assert refusal(agent, card, 1).code == "ceiling_per_month"


def test_a_new_month_where_the_office_is_brings_the_whole_ceiling(
    agent: Staff, gateway: Sandbox
) -> None:
    card = card_with(gateway, ceiling_per_month_minor=10_000)
    with clock.at(datetime(2026, 11, 30, 19, 59, tzinfo=UTC)):  # one minute to December in Dubai
        charge_it(agent, card, 10_000)
        assert refusal(agent, card, 100).code == "ceiling_per_month"
    with clock.at(datetime(2026, 11, 30, 20, 0, tzinfo=UTC)):
        assert charge_it(agent, card, 9_000).status == Status.APPROVED


def test_what_was_declined_takes_no_room(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ceiling_per_month_minor=12_000)
    assert charge_it(agent, card, 10_810).status == Status.DECLINED
    assert charge_it(agent, card, 12_000).status == Status.APPROVED


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("approved", True),
        ("duplicate", True),
        ("unknown", True),
        ("released", True),
        ("sending", True),
        ("not_charged", False),
        ("declined", False),
        ("voided", False),
        ("expired", False),
    ],
)
def test_what_may_have_taken_money_counts(
    agent: Staff, gateway: Sandbox, status: str, counts: bool
) -> None:
    card = card_with(gateway, ceiling_per_month_minor=10_000)
    OperationFactory(
        order__amount_minor=10_000, order__currency="AED", settled=True,
        token_name=card.token_name, status=status,
    )  # fmt: skip
    if counts:
        assert refusal(agent, card, 100).code == "ceiling_per_month"
    else:
        assert charge_it(agent, card, 9_900).status == Status.APPROVED


def test_a_refund_gives_no_room_back_within_the_month(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    card = card_with(gateway, ceiling_per_month_minor=10_000)
    operation = charge_it(agent, card, 10_000)
    act("refund", supervisor, operation.order, 10_000)
    assert refusal(agent, card, 100).code == "ceiling_per_month"


def test_a_permission_holds_until_the_end_of_its_last_day(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ends_on=date(2026, 12, 31))
    with clock.at(datetime(2026, 12, 31, 19, 59, tzinfo=UTC)):
        assert charge_it(agent, card, 5_000).status == Status.APPROVED
    with clock.at(datetime(2026, 12, 31, 20, 0, tzinfo=UTC)):
        found = refusal(agent, card, 6_000, CUSTOMER)
    assert found.code == "consent_ended"
    assert "31 December 2026" in str(found)


@pytest.mark.parametrize(
    ("purpose", "by"),
    [("", MERCHANT), (Purpose.ORDERS, MERCHANT), (Purpose.LATER_COSTS, CUSTOMER)],
)
def test_a_charge_beside_the_purpose_is_refused(
    agent: Staff, gateway: Sandbox, purpose: str, by: str
) -> None:
    card = card_with(gateway, purpose_code=purpose)
    assert refusal(agent, card, 5_000, by).code == "consent_purpose"
    other = CUSTOMER if by == MERCHANT else MERCHANT
    assert charge_it(agent, card, 5_000, other).status == Status.APPROVED


def test_ceilings_hold_in_their_own_currency_alone(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ceiling_per_charge_minor=10_000, currency="KWD")
    assert refusal(agent, card, 5_000).code == "consent_currency"


def test_what_we_start_is_not_reserved(agent: Staff, gateway: Sandbox) -> None:
    with pytest.raises(Refused, match="cannot be reserved"):
        charge_it(agent, card_with(gateway), 5_000, wants="authorization")


def test_what_we_start_over_a_ceiling_cannot_wait_for_approval(
    agent: Staff, gateway: Sandbox
) -> None:
    limit_charges(at_once=10_000)
    refused = refusal(agent, card_with(gateway), 12_500)
    assert isinstance(refused, OverCeiling)
    assert (refused.code, refused.may_be_asked_for) == ("over_ceiling_now", False)
    told = Event.objects.get(kind="limit_reached", actor=agent)
    assert told.data["limit"] == "over_ceiling_now"
    operation = charge_it(agent, card_with(gateway), 12_500, CUSTOMER)
    assert (operation.kind, operation.status) == (Kind.AUTHORIZATION, Status.APPROVED)


def test_a_card_that_nobody_allowed_keeping_is_not_charged(agent: Staff, gateway: Sandbox) -> None:
    card = StoredCardFactory(allowed=False, token_name=gateway.make_token())
    assert refusal(agent, card, 5_000, CUSTOMER).code == "consent_missing"


def test_a_withdrawn_consent_covers_nothing_even_if_the_card_looks_active(
    agent: Staff, gateway: Sandbox
) -> None:
    card = card_with(gateway, withdrawn_at=clock.now())
    assert refusal(agent, card, 5_000, CUSTOMER).code == "consent_withdrawn"


def test_another_try_on_an_order_is_asked_too(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ceiling_per_charge_minor=11_000)
    order = charge_it(agent, card, 10_810).order
    Consent.objects.filter(card=card).update(ceiling_per_charge_minor=10_000)
    with pytest.raises(Refused, match="for one charge"):
        place.prepare_charge(
            actor=agent, form_key=place.new_form_key(), order=order, stored_card=card
        )


def test_sending_again_is_asked_too(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway, ceiling_per_month_minor=20_000)
    operation = not_charged(agent, card)
    charge_it(agent, card, 15_000)
    with pytest.raises(Refused) as refused:
        resend.resend(actor=agent, operation=operation)
    assert refused.value.code == "ceiling_per_month"
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_sending_again_after_a_withdrawal_is_refused(agent: Staff, gateway: Sandbox) -> None:
    card = card_with(gateway)
    operation = not_charged(agent, card)
    withdrawals.withdraw(actor=agent, card=card, reason="By phone, call 12")
    with pytest.raises(Refused) as refused:
        resend.resend(actor=agent, operation=operation)
    assert refused.value.code == "card_not_active"


def test_a_near_duplicate_is_asked_about_before_the_agreement(
    agent: Staff, gateway: Sandbox
) -> None:
    card = card_with(gateway)
    charge_it(agent, card, 5_000)
    with pytest.raises(Warned):
        charge_it(agent, card, 5_000)


def test_the_room_that_is_shown_is_the_room_there_is(agent: Staff, gateway: Sandbox) -> None:
    limits = {"ceiling_per_charge_minor": 8_000, "ceiling_per_month_minor": 10_000}
    card = card_with(gateway, **limits)
    charge_it(agent, card, 7_000)
    [room] = agreements.rooms([card]).values()
    assert (room.per_charge_minor, room.month_left_minor, room.left_minor) == (8_000, 3_000, 3_000)
    assert room.merchant_may_start
    charge_it(agent, card, 3_000)
    [room] = agreements.rooms([card]).values()
    assert not room.merchant_may_start


def test_why_a_card_cannot_be_charged_is_said(db: None) -> None:
    today = clock.now().date()
    cases = {
        "no permission": StoredCardFactory(allowed=False),
        "ended 01/20": StoredCardFactory(expiry="2001"),
        "cannot be used: Frozen": StoredCardFactory(state="frozen"),
        "no longer has it": StoredCardFactory(state="revoked"),
        "the customer withdrew": ConsentFactory(withdrawn_at=clock.now()).card,
        "the permission ended": ConsentFactory(ends_on=today - timedelta(days=2)).card,
        "": StoredCardFactory(),
    }
    for words, card in cases.items():
        said = agreements.why_unusable(card)
        assert (words in said) if words else said == ""
