from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from orders.errors import Conflict, Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import follow_up, place
from orders.states import OrderStatus, Status
from tests import steps
from tests.services.after_sale import wish


def charged(actor: Staff, **changes: object) -> Order:
    """An order for AED 125.00 that was charged, or reserved."""
    return Order.objects.get(pk=steps.charge_new(actor, **changes).order_id)


def refund(actor: Staff, order: Order, amount_minor: int, form_key: str = "") -> Operation:
    return follow_up.refund(actor=actor, order=order, wish=wish(amount_minor, form_key=form_key))


def test_a_refund_gives_back_a_part(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    assert refund(supervisor, order, 2_500).status == Status.APPROVED
    order.refresh_from_db()
    assert (order.status, order.left_minor) == (OrderStatus.PART_REFUNDED, 10_000)


def test_a_refund_gives_back_everything(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    refund(supervisor, order, 12_500)
    order.refresh_from_db()
    assert order.status == OrderStatus.REFUNDED


def test_the_same_refund_form_twice_refunds_once(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    first = refund(supervisor, order, 2_500, "r" * 26)
    assert refund(supervisor, order, 2_500, "r" * 26) == first
    assert gateway.count(first.merchant_reference, "REFUND") == 1


@pytest.mark.parametrize("amount_minor", [12_501, 0, -1])
def test_more_than_is_left_is_refused_before_sending(
    supervisor: Staff, gateway: Sandbox, amount_minor: int
) -> None:
    order = charged(supervisor)
    with pytest.raises(Refused) as refused:
        refund(supervisor, order, amount_minor)
    assert refused.value.code == "more_than_is_left"
    assert gateway.count(f"{order.number}-1", "REFUND") == 0


def test_two_refunds_of_more_than_half_are_one(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    refund(supervisor, order, 7_500)
    with pytest.raises(Refused):
        refund(supervisor, order, 7_500)


def test_a_refund_without_an_answer_blocks_the_next(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    gateway.set(force="920")
    assert refund(supervisor, order, 2_500).status == Status.UNKNOWN
    with pytest.raises(Conflict):
        refund(supervisor, order, 2_500)


def test_the_same_form_pressed_while_its_end_is_unknown_sends_nothing(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    gateway.set(force="920")
    first = refund(supervisor, order, 2_500, "r" * 26)
    gateway.set(force="")
    assert refund(supervisor, order, 2_500, "r" * 26) == first
    assert gateway.count(first.merchant_reference, "REFUND") == 1


def test_what_follows_a_charge_is_numbered_under_its_reference(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    made = [str(refund(supervisor, order, 1_000)) for _each in range(2)]
    assert made == [f"{order.number}-1-R1", f"{order.number}-1-R2"]
    held = gateway.order(f"{order.number}-1")
    assert held is not None
    assert [act.maintenance_reference for act in held.operations[1:]] == made


def test_capturing_takes_what_was_reserved(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor, wants="authorization")
    follow_up.capture(actor=supervisor, order=order, wish=wish(12_500))
    order.refresh_from_db()
    assert order.status == OrderStatus.CHARGED


def test_a_void_frees_the_order_for_a_new_charge(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor, wants="authorization")
    follow_up.void(actor=supervisor, order=order, wish=wish())
    order.refresh_from_db()
    assert order.status == OrderStatus.VOIDED
    assert order.operations.get(kind="authorization").status == Status.VOIDED
    again = place.prepare_charge(actor=supervisor, form_key=place.new_form_key(), order=order)
    assert again.is_new


def test_what_was_captured_cannot_be_voided(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    with pytest.raises(Refused):
        follow_up.void(actor=supervisor, order=order, wish=wish())


def test_fault_83_a_reservation_is_captured_once_unless_policy_allows_more(
    supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    order = charged(supervisor, wants="authorization")
    follow_up.capture(actor=supervisor, order=order, wish=wish(5_000))
    with pytest.raises(Refused, match="captured once here"):
        follow_up.capture(actor=supervisor, order=order, wish=wish(2_500))
    settings.MANY_CAPTURES = True
    follow_up.capture(actor=supervisor, order=order, wish=wish(7_500))
    order.refresh_from_db()
    assert (order.status, order.captured_minor) == (OrderStatus.CHARGED, 12_500)
    with pytest.raises(Refused, match="all that was reserved"):
        follow_up.capture(actor=supervisor, order=order, wish=wish(1))


def test_fault_84_nothing_is_refunded_before_it_was_taken(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor, wants="authorization")
    with pytest.raises(Refused, match="Void the reservation"):
        refund(supervisor, order, 1_000)
    assert gateway.count(f"{order.number}-1", "REFUND") == 0


def test_fault_84_nothing_is_voided_after_a_part_was_taken(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor, wants="authorization")
    follow_up.capture(actor=supervisor, order=order, wish=wish(5_000))
    with pytest.raises(Refused, match="Refund that instead"):
        follow_up.void(actor=supervisor, order=order, wish=wish())


def test_a_page_that_showed_another_remainder_sends_nothing(
    supervisor: Staff, gateway: Sandbox
) -> None:
    order = charged(supervisor)
    refund(supervisor, order, 2_500)
    with pytest.raises(Conflict, match=r"AED 100\.00 is left now"):
        follow_up.refund(actor=supervisor, order=order, wish=wish(2_500, left_minor=12_500))
    assert gateway.count(f"{order.number}-1", "REFUND") == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"reason_code": "weather"}, "reason_unknown"),
        ({"reason_code": "shipped"}, "reason_unknown"),
        ({"reason_code": "other", "reason": ""}, "reason_missing"),
        ({"reason_code": "returned", "reason": "x" * 251}, "reason_too_long"),
    ],
)
def test_money_goes_back_for_a_reason(
    supervisor: Staff, gateway: Sandbox, said: dict[str, str], code: str
) -> None:
    order = charged(supervisor)
    with pytest.raises(Refused) as refused:
        follow_up.refund(actor=supervisor, order=order, wish=wish(2_500, **said))
    assert refused.value.code == code
    assert gateway.count(f"{order.number}-1", "REFUND") == 0


def test_a_reason_from_the_list_needs_no_words(supervisor: Staff, gateway: Sandbox) -> None:
    order = charged(supervisor)
    done = follow_up.refund(
        actor=supervisor, order=order, wish=wish(2_500, reason_code="returned", reason="")
    )
    assert (done.get_reason_code_display(), done.reason) == ("Goods came back", "")


@pytest.mark.parametrize("act", [follow_up.capture, follow_up.refund])
def test_an_agent_has_no_right_to_move_money_afterwards(
    agent: Staff, supervisor: Staff, gateway: Sandbox, act: Callable[..., Operation]
) -> None:
    order = charged(supervisor)
    with pytest.raises(Refused, match="right"):
        act(actor=agent, order=order, wish=wish(100))


def test_a_form_key_of_another_order_is_a_conflict(supervisor: Staff, gateway: Sandbox) -> None:
    first, other = charged(supervisor), charged(supervisor)
    refund(supervisor, first, 2_500, "r" * 26)
    with pytest.raises(Conflict):
        refund(supervisor, other, 2_500, "r" * 26)
    with pytest.raises(Conflict):
        refund(supervisor, first, 2_000, "r" * 26)
    assert gateway.count(f"{other.number}-1", "REFUND") == 0
