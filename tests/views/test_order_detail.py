"""The page of an order says what is proven, and offers only what is allowed."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from pytest_django.fixtures import DjangoAssertNumQueries

from orders import clock
from orders.models import Event, Evidence, Order
from orders.services import audit
from orders.states import Kind, OrderStatus, Source, Status
from tests.factories import (
    OperationFactory,
    OrderFactory,
    RefundFactory,
    StaffFactory,
)
from tests.views.order_pages import look, signed_in

pytestmark = pytest.mark.django_db

CHARGING = ("Enter the card", "Another card", "Same card again", "Charge KWD")


def test_an_approved_order_gives_the_words_to_say() -> None:
    order = OrderFactory(charged=True)
    seen = look(order)
    assert "Approved" in seen
    assert f"Your payment of KWD 250.500 is approved. Your order is {order.number}." in seen
    assert "Mark as paid" in seen


def test_a_paid_order_shows_by_whom_and_offers_nothing_more() -> None:
    seen = look(OrderFactory(paid=True))
    assert "Marked as paid by Layla Haddad" in seen
    assert "Mark as paid P Alt" not in seen


def test_a_reserved_order_is_said_to_be_held_and_not_taken() -> None:
    seen = look(OrderFactory(reserved=True))
    assert "Held on the card, not yet taken." in seen
    assert not any(words in seen for words in CHARGING)


def test_a_declined_order_offers_another_card_and_the_same_one() -> None:
    order = OrderFactory(declined=True)
    seen = look(order)
    assert "Declined by the bank (13666). Try 1 for this order." in seen
    assert "Another card" in seen
    assert "Same card again" in seen


def test_a_stolen_card_is_not_offered_again() -> None:
    order = OrderFactory(status=OrderStatus.DECLINED)
    OperationFactory(order=order, declined=True, response_code="13785")
    seen = look(order)
    assert "Another card" in seen
    assert "Same card again" not in seen


def test_nothing_on_the_page_of_an_unknown_order_can_charge() -> None:
    order = OrderFactory(unknown=True)
    answer = signed_in(order.taken_by).get(order.get_absolute_url())
    assertContains(answer, "At most one payment was sent, so you cannot be charged twice")
    assertContains(answer, "Ask the gateway now")
    assertNotContains(answer, f"/orders/{order.number}/charge/")
    assertNotContains(answer, f"/orders/{order.number}/card/")


def test_a_fresh_unknown_asks_by_itself_and_an_old_one_does_not() -> None:
    order = OrderFactory(unknown=True)
    client = signed_in(order.taken_by)
    assertContains(client.get(order.get_absolute_url()), "data-asks-itself")
    order.operations.update(submitted_at=clock.now() - timedelta(hours=3))
    old = client.get(order.get_absolute_url())
    assertNotContains(old, "data-asks-itself")
    assertContains(old, f"We will settle this and contact you. Your reference is {order.number}.")


def test_a_colleague_sees_who_is_charging_and_since_when() -> None:
    order = OrderFactory(status=OrderStatus.UNKNOWN)
    layla = StaffFactory(agent=True, last_name="Haddad")
    due = clock.now() + timedelta(seconds=40)
    OperationFactory(order=order, sent=True, actor=layla, next_check_at=due)
    seen = look(order, StaffFactory(supervisor=True))
    assert "Being charged" in seen
    assert "By \u2068Layla Haddad\u2069, since" in seen
    assert not any(words in seen for words in CHARGING)


def test_a_charge_whose_process_died_is_not_called_under_way() -> None:
    order = OrderFactory(status=OrderStatus.UNKNOWN)
    OperationFactory(order=order, sent=True, next_check_at=clock.now() - timedelta(seconds=1))
    assert "We do not know yet" in look(order)


def test_a_card_that_came_back_waits_for_one_press() -> None:
    order = OrderFactory()
    _with_token(order)
    answer = signed_in(order.taken_by).get(order.get_absolute_url())
    assertContains(answer, "Charge KWD 250.500 to Visa •••• 1111")
    assertContains(answer, f'name="reference" value="{order.number}-1"')


def test_only_the_agent_who_is_just_back_goes_on_by_itself() -> None:
    order = OrderFactory()
    operation = _with_token(order)
    url = order.get_absolute_url()
    assertNotContains(signed_in(order.taken_by).get(url), "data-goes-on")
    Evidence.objects.create(
        operation=operation, source=Evidence.Source.CARD_RETURN, verified=True, digest="d"
    )
    assertContains(signed_in(order.taken_by).get(url), "data-goes-on")
    colleague = signed_in(StaffFactory(supervisor=True)).get(url)
    assertNotContains(colleague, "data-goes-on")


def test_a_card_not_yet_entered_is_asked_for() -> None:
    order = OrderFactory()
    OperationFactory(order=order)
    seen = look(order)
    assert "Waiting for the card" in seen
    assert "Enter the card" in seen


@pytest.mark.parametrize(
    ("status", "changes", "said"),
    [
        (Status.NOT_CHARGED, {}, "The request never reached the gateway."),
        (Status.NOT_CHARGED, {"not_found_count": 3}, "does not know this charge"),
        (Status.EXPIRED, {}, "given up before it was sent"),
        (Status.EXPIRED, {"response_code": "17016"}, "The card number is wrong (17016)"),
        (Status.RELEASED, {}, "It may still have happened."),
        (Status.DUPLICATE, {"fort_id": "169700000000000009"}, "another one held the order"),
        (Status.VOIDED, {"kind": Kind.AUTHORIZATION}, "The reserved amount was let go."),
        (Status.LAPSED, {"kind": Kind.AUTHORIZATION}, "Reservation ended"),
    ],
)
def test_every_other_end_of_a_charge_is_said(
    status: Status, changes: dict[str, object], said: str
) -> None:
    order = OrderFactory()
    OperationFactory(order=order, sent=True, **{"status": status, **changes})
    assert said in look(order)


def test_an_order_without_any_try_asks_for_a_card() -> None:
    assert "No card was tried for this order." in look(OrderFactory())


def test_a_part_refunded_order_shows_what_is_left() -> None:
    seen = look(OrderFactory(part_refunded=True))
    assert "KWD 125.250 was given back; KWD 125.250 is left." in seen


def test_an_unsettled_refund_is_warned_of() -> None:
    order = OrderFactory(charged=True)
    RefundFactory(
        order=order,
        parent=order.operations.get(),
        amount_minor=1000,
        approved=False,
        unknown=True,
        fort_id="",
        settled_at=None,
    )
    assert "KWD 1.000 is not settled yet." in look(order)


def test_a_second_success_is_warned_of_beside_the_first() -> None:
    order = OrderFactory(charged=True)
    OperationFactory(order=order, settled=True, status=Status.DUPLICATE)
    assert "it has to be given back" in look(order)


def test_operations_show_reference_code_card_and_seconds() -> None:
    order = OrderFactory(charged=True)
    order.operations.update(submitted_at=clock.now() - timedelta(seconds=2.3))
    seen = look(order)
    for part in (f"{order.number}-1", "Charged (14000)", "Visa •••• 1111", "after 2.3 s"):
        assert part in seen


def test_the_timeline_stands_newest_first() -> None:
    order = OrderFactory()
    audit.record(order, "order_taken", actor=order.taken_by)
    audit.record(order, "purchase_prepared", actor=order.taken_by)
    seen = look(order)
    assert seen.index("waiting for the card") < seen.index("Order taken")


def test_a_slip_number_is_shown_for_an_order_by_post() -> None:
    order = OrderFactory(source=Source.POST, call_reference="", slip_number="S-77")
    assert "Slip number: S-77" in look(order)


def test_text_in_angle_brackets_stays_text() -> None:
    order = OrderFactory(note="<script>alert(1)</script>", description="<b>x</b>")
    answer = signed_in(order.taken_by).get(order.get_absolute_url())
    assertNotContains(answer, "<script>alert")
    assertContains(answer, "&lt;b&gt;x&lt;/b&gt;")


def test_an_order_of_somebody_else_is_not_found() -> None:
    other = signed_in(StaffFactory(agent=True))
    assert other.get(OrderFactory().get_absolute_url()).status_code == 404


def test_a_supervisor_sees_everybodys_orders() -> None:
    order = OrderFactory()
    supervisor = signed_in(StaffFactory(supervisor=True))
    assert supervisor.get(order.get_absolute_url()).status_code == 200


def test_an_auditor_looks_and_presses_nothing() -> None:
    order = OrderFactory(charged=True)
    answer = signed_in(StaffFactory(auditor=True)).get(order.get_absolute_url())
    assertContains(answer, "Approved")
    assertNotContains(answer, "mark-paid")
    assertNotContains(answer, "Next order")


def test_nobody_looks_without_signing_in(client: Client) -> None:
    answer = client.get(OrderFactory().get_absolute_url())
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_role_without_orders_is_refused() -> None:
    admin = signed_in(StaffFactory(admin=True))
    assert admin.get(OrderFactory().get_absolute_url()).status_code == 403


@pytest.mark.parametrize("number", ["MO-1", "MO-99999999999999999999", "XX-10001", "10001"])
def test_a_number_that_is_none_is_not_found(number: str) -> None:
    agent = signed_in(StaffFactory(agent=True))
    assert agent.get(f"/orders/{number}/").status_code == 404


def test_looking_changes_nothing() -> None:
    order = OrderFactory(unknown=True)
    client = signed_in(order.taken_by)
    before = (Order.objects.values().get(), Event.objects.count())
    client.get(order.get_absolute_url())
    assert (Order.objects.values().get(), Event.objects.count()) == before


def test_many_operations_and_events_take_no_more_questions(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    order = OrderFactory(charged=True)
    for _number in range(8):
        OperationFactory(order=order, declined=True)
        audit.record(order, "purchase_declined", actor=StaffFactory())
    client = signed_in(order.taken_by)
    client.get(order.get_absolute_url())
    with django_assert_max_num_queries(16):
        client.get(order.get_absolute_url())


def _with_token(order: Order) -> object:
    return OperationFactory(
        order=order, token_name="token1", payment_option="VISA", last_four="1111", expiry="3005"
    )
