"""What a person may move by themselves, at once and in a day, is counted from the operations."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission

from orders import clock
from orders.models import Ceiling, Staff
from orders.sandbox.server import Sandbox
from orders.services import approvals, ceilings, place, resend
from orders.services.near_duplicates import Warned
from orders.states import Act, Kind, Limit, Source, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory, StaffFactory
from tests.services.after_sale import act, charged
from tests.services.over_ceiling import ask, ceiling, limit_charges, refused, request_of
from tests.services.test_resend import not_charged

pytestmark = pytest.mark.django_db(transaction=True)
AED = {"currency": "AED"}


@pytest.fixture
def agent(transactional_db: None) -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(transactional_db: None) -> Staff:
    return StaffFactory(supervisor=True)


def of(
    person: Staff, act: Act = Act.CHARGE, currency: str = "AED"
) -> tuple[int | None, int | None]:
    """What the person may move, as anew from the database."""
    return ceilings.ceiling_of(Staff.objects.get(pk=person.pk), act, currency)


def moved(person: Staff, act: Act = Act.CHARGE) -> int:
    return ceilings.moved_today(person, act, "AED")


def test_a_role_without_a_row_has_no_ceiling(agent: Staff) -> None:
    assert of(agent) == (None, None)
    assert ceilings.over(actor=agent, act=Act.CHARGE, amount_minor=10**9, currency="AED") is None


def test_the_row_of_a_role_is_its_peoples_ceiling(agent: Staff) -> None:
    limit_charges(10_000, 50_000)
    assert of(agent) == (10_000, 50_000)
    assert of(agent, currency="KWD") == (None, None)
    assert of(agent, Act.REFUND) == (None, None)


def test_the_amount_of_the_ceiling_itself_is_still_within_it(agent: Staff) -> None:
    limit_charges(10_000)
    for amount_minor, is_over in ((10_000, False), (10_001, True)):
        found = ceilings.over(
            actor=agent, act=Act.CHARGE, amount_minor=amount_minor, currency="AED"
        )
        assert bool(found) is is_over


def test_of_several_roles_the_highest_counts(agent: Staff) -> None:
    limit_charges(10_000, 20_000)
    limit_charges(30_000, 40_000, role="clerk")
    agent.groups.add(Group.objects.get(name="clerk"))
    assert of(agent) == (30_000, 40_000)


def test_a_role_without_a_ceiling_for_the_same_right_lifts_it(agent: Staff) -> None:
    limit_charges(10_000)
    agent.groups.add(Group.objects.get(name="clerk"))
    assert of(agent) == (None, None)


def test_a_role_that_does_not_grant_the_right_lifts_nothing(agent: Staff) -> None:
    limit_charges(10_000)
    agent.groups.add(Group.objects.get(name="auditor"))
    assert of(agent) == (10_000, None)


def test_a_right_given_to_the_person_and_a_superuser_have_none(agent: Staff) -> None:
    limit_charges(10_000)
    agent.user_permissions.add(Permission.objects.get(codename="charge_order"))
    assert of(agent) == (None, None)
    agent.user_permissions.clear()
    Staff.objects.filter(pk=agent.pk).update(is_superuser=True)
    assert of(agent) == (None, None)


def test_only_one_of_both_amounts_may_be_limited(agent: Staff) -> None:
    ceiling("agent", Act.CHARGE, None, 20_000)
    assert of(agent) == (None, 20_000)


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        (Status.PREPARED, True),
        (Status.SENDING, True),
        (Status.UNKNOWN, True),
        (Status.APPROVED, True),
        (Status.DUPLICATE, True),
        (Status.NOT_CHARGED, True),
        (Status.RELEASED, True),
        (Status.DECLINED, False),
        (Status.EXPIRED, False),
        (Status.VOIDED, False),
        (Status.LAPSED, False),
    ],
)
def test_what_took_money_holds_it_or_may_yet_counts_for_the_day(
    agent: Staff, status: Status, counts: bool
) -> None:
    order = OrderFactory(taken_by=agent, **AED)
    OperationFactory(order=order, approved=True, status=status, amount_minor=7_000)
    assert moved(agent) == (7_000 if counts else 0)


def test_the_sum_is_of_this_person_this_currency_this_act_and_no_repeat_run(agent: Staff) -> None:
    OrderFactory(charged=True, taken_by=agent, amount_minor=1_000, **AED)
    OrderFactory(charged=True, taken_by=agent, amount_minor=2_000, currency="KWD")
    OrderFactory(charged=True, taken_by=StaffFactory(agent=True), amount_minor=4_000, **AED)
    run = OrderFactory(charged=True, amount_minor=8_000, source=Source.REPEAT, **AED)
    run.operations.update(actor=None)
    assert moved(agent) == 1_000
    assert moved(agent, Act.REFUND) == 0


@pytest.mark.parametrize("is_of_a_run", [False, True])
def test_an_order_of_a_repeat_run_is_held_to_the_ceiling_of_whoever_charges_it(
    agent: Staff, gateway: Sandbox, is_of_a_run: bool
) -> None:
    limit_charges(10_000, 15_000)
    source = Source.REPEAT if is_of_a_run else Source.PHONE
    order = OrderFactory(source=source, amount_minor=12_500, **AED)
    much = {"amount_minor": 12_500, "currency": "AED", "is_override": False}
    assert ceilings.over_charge(actor=None, **much) is None
    operation = place.prepare_charge(
        actor=agent, form_key=place.new_form_key(), order=order
    ).operation
    assert operation.kind == Kind.AUTHORIZATION
    assert request_of(order).limit == Limit.PER_ACT
    OrderFactory(charged=True, taken_by=agent, amount_minor=9_000, source=source, **AED)
    assert moved(agent) == 9_000


def test_the_day_begins_at_midnight_of_the_offices_own_clock(agent: Staff) -> None:
    """Midnight in Dubai is eight in the evening in Greenwich."""
    midnight = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
    for minutes, amount_minor in ((-1, 1_000), (1, 2_000)):
        with clock.at(midnight + timedelta(minutes=minutes)):
            OrderFactory(charged=True, taken_by=agent, amount_minor=amount_minor, **AED)
    with clock.at(midnight + timedelta(hours=3)):
        assert moved(agent) == 2_000


def test_over_the_day_a_small_charge_waits_too_and_says_why(agent: Staff, gateway: Sandbox) -> None:
    limit_charges(10_000, 15_000)
    steps.charge_new(agent, amount_minor=9_000)
    request = request_of(steps.charge_new(agent, amount_minor=6_100).order)
    assert (request.limit, request.ceiling_minor) == (Limit.PER_DAY, 15_000)
    assert request.moved_minor == 9_000
    assert "AED 150.00" in ceilings.limit_words(request)
    assert not steps.charge_new(agent, amount_minor=6_000).order.approvals.exists()


def test_what_a_second_person_decides_about_uses_up_no_allowance(
    agent: Staff, supervisor: Staff, gateway: Sandbox
) -> None:
    limit_charges(10_000, 15_000)
    request = request_of(steps.charge_new(agent, amount_minor=12_000).order)
    assert moved(agent) == 0
    approvals.approve(actor=supervisor, request=request)
    assert (moved(agent), moved(agent, Act.CAPTURE)) == (0, 0)


def test_refunds_in_parts_are_added_up(supervisor: Staff, gateway: Sandbox) -> None:
    ceiling("supervisor", Act.REFUND, 5_000, 8_000)
    order = charged(supervisor)
    act("refund", supervisor, order, 5_000)
    with refused("over_ceiling"):
        act("refund", supervisor, order, 4_000)
    other = StaffFactory(supervisor=True)
    approvals.approve(actor=other, request=ask(Kind.REFUND, supervisor, order, 4_000))
    act("refund", supervisor, order, 3_000)
    with refused("over_ceiling"):
        act("refund", supervisor, order, 500)


def test_a_charge_despite_a_warning_is_held_to_its_own_ceiling(
    agent: Staff, gateway: Sandbox
) -> None:
    ceiling("agent", Act.OVERRIDE, 5_000)
    first = steps.charge_new(agent)
    with pytest.raises(Warned) as warned:
        steps.place_new(agent, customer=first.order.customer)
    operation = place.place_order(
        actor=agent,
        form_key=place.new_form_key(),
        new_order=steps.wanted(first.order.customer),
        confirmation=warned.value.answered("Wants two of them"),
    ).operation
    request = request_of(operation.order)
    assert (operation.kind, request.held_to) == (Kind.AUTHORIZATION, Act.OVERRIDE)
    assert request.reason == "Wants two of them"


def test_a_colleague_with_a_lower_ceiling_cannot_send_a_prepared_charge(
    agent: Staff, gateway: Sandbox
) -> None:
    limit_charges(role="clerk")
    operation = steps.enter_card(steps.place_new(agent))
    clerk = StaffFactory(clerk=True)
    with refused("over_ceiling") as told:
        steps.charge.charge(actor=clerk, operation=operation)
    assert "higher limit may send this charge" in str(told.value)
    assert operation.order.events.get(kind="limit_reached").data == {"limit": "over_ceiling"}
    operation.refresh_from_db()
    assert operation.status == Status.PREPARED
    assert steps.charge.charge(actor=agent, operation=operation).status == Status.APPROVED


def test_who_does_as_the_refusal_says_has_the_charge_wait_for_approval(
    agent: Staff, gateway: Sandbox
) -> None:
    limit_charges(role="clerk")
    operation = steps.enter_card(steps.place_new(agent))
    clerk = StaffFactory(clerk=True)
    with refused("over_ceiling"):
        steps.charge.charge(actor=clerk, operation=operation)
    place.cancel(actor=clerk, operation=operation)
    anew = place.prepare_charge(
        actor=clerk, form_key=place.new_form_key(), order=operation.order
    ).operation
    steps.charge.charge(actor=clerk, operation=steps.enter_card(anew))
    request = request_of(operation.order)
    assert (request.operation, request.requested_by) == (anew, clerk)
    assert request.is_pending


def test_the_reason_typed_while_a_reservation_is_sent_is_told_to_who_approves(
    agent: Staff, gateway: Sandbox
) -> None:
    ceiling("agent", Act.OVERRIDE, 5_000)
    waiting = steps.enter_card(steps.place_new(agent, wants=Kind.AUTHORIZATION))
    OrderFactory(charged=True, customer=waiting.order.customer, amount_minor=12_500, **AED)
    with pytest.raises(Warned) as warned:
        steps.charge.charge(actor=agent, operation=waiting)
    steps.charge.charge(
        actor=agent, operation=waiting, confirmation=warned.value.answered("Wants two of them")
    )
    request = request_of(waiting.order)
    assert (request.held_to, request.reason) == (Act.OVERRIDE, "Wants two of them")


def test_a_colleague_over_the_ceiling_who_sends_a_reservation_asks_for_approval(
    agent: Staff, gateway: Sandbox
) -> None:
    limit_charges(role="clerk")
    operation = steps.enter_card(steps.place_new(agent, wants=Kind.AUTHORIZATION))
    clerk = StaffFactory(clerk=True)
    steps.charge.charge(actor=clerk, operation=operation)
    assert request_of(operation.order).requested_by == clerk


def test_sending_again_slips_under_no_ceiling(agent: Staff, gateway: Sandbox) -> None:
    operation = not_charged(agent, steps.stored_card(agent))
    limit_charges(role="clerk")
    with refused("over_ceiling"):
        resend.resend(actor=StaffFactory(clerk=True), operation=operation)


def test_a_ceiling_is_one_row_a_role_currency_and_act(agent: Staff) -> None:
    limit_charges()
    limit_charges(20_000)
    assert Ceiling.objects.get().per_act_minor == 20_000
