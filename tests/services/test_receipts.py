"""A receipt for every proven movement of money, once, written with the proof itself; and those that
people ask for.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from orders import clock
from orders.errors import Conflict, Refused
from orders.gateway import Outcome
from orders.models import Operation, Order, Receipt, Staff
from orders.sandbox.server import Sandbox
from orders.services import evidence, place, receipts
from orders.services.new_order import NewCustomer
from orders.states import Kind, ReceiptState, Status
from tests import steps
from tests.factories import CustomerFactory, OperationFactory, OrderFactory, StaffFactory
from tests.services import after_sale
from tests.services.said import said

pytestmark = pytest.mark.django_db


def told(order: Order) -> list[tuple[str, int]]:
    """The kinds and amounts of the operations that have a receipt, oldest first."""
    rows = order.receipts.select_related("operation").order_by("id")
    return [(one.operation.kind, one.operation.amount_minor) for one in rows]


def asks(order: Order, actor: Staff | None = None, email: str = "", **given: object) -> Receipt:
    return receipts.ask(
        **{
            "actor": actor or order.taken_by,
            "order": order,
            "email": email or order.customer.email,
            "form_key": place.new_form_key(),
        }
        | given  # type: ignore[arg-type]
    )


def unknown(**changes: object) -> Operation:
    """A charge that is not known yet, of an order whose customer wants receipts."""
    order = OrderFactory(**{"receipt_address": "aisha@example.com", "unknown": True} | changes)
    return order.operations.get()


def approve(operation: Operation, fort_id: str = "169700000000012345") -> None:
    evidence.apply(operation=operation, statement=said(Outcome.APPROVED, fort_id=fort_id))


def test_a_charge_has_a_receipt_to_the_customer_and_a_task(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, send_receipts=True)
    receipt = Receipt.objects.get()
    customer = operation.order.customer
    assert (receipt.operation, receipt.address) == (operation, customer.email)
    assert (receipt.state, receipt.made_by, receipt.language) == ("waiting", None, "en")
    assert DBTaskResult.objects.get().args_kwargs["args"] == [receipt.pk, 0]


def test_it_is_in_the_language_of_the_customer(agent: Staff, gateway: Sandbox) -> None:
    steps.charge_new(agent, customer=CustomerFactory(language="ar"), send_receipts=True)
    assert Receipt.objects.get().language == "ar"


def test_a_customer_who_was_just_typed_gets_one(agent: Staff, gateway: Sandbox) -> None:
    customer = NewCustomer(name="Omar Said", email="omar@example.com")
    steps.charge_new(agent, customer=customer, send_receipts=True)
    assert Receipt.objects.get().address == "omar@example.com"


@pytest.mark.parametrize(
    ("email", "wanted"), [("", True), ("aisha@example.com", False), ("", False)]
)
def test_without_a_wish_or_an_email_there_is_none(
    agent: Staff, gateway: Sandbox, email: str, wanted: bool
) -> None:
    operation = steps.charge_new(agent, customer=CustomerFactory(email=email), send_receipts=wanted)
    assert not Receipt.objects.exists()
    assert operation.order.receipt_address == ""


def test_an_order_from_before_there_were_receipts_sends_none() -> None:
    operation = unknown(receipt_address=None)
    approve(operation)
    assert not Receipt.objects.exists()


def test_every_movement_of_money_has_its_own(supervisor: Staff, gateway: Sandbox) -> None:
    order = after_sale.reserved(supervisor, send_receipts=True)
    assert told(order) == []
    after_sale.act(Kind.CAPTURE, supervisor, order, 10_000)
    after_sale.act(Kind.REFUND, supervisor, order, 2_500)
    after_sale.act(Kind.REFUND, supervisor, order, 1_500)
    assert told(order) == [("capture", 10_000), ("refund", 2_500), ("refund", 1_500)]


def test_a_void_and_a_decline_have_none(supervisor: Staff, gateway: Sandbox) -> None:
    order = after_sale.reserved(supervisor, send_receipts=True)
    after_sale.act(Kind.VOID, supervisor, order)
    steps.charge_new(supervisor, steps.DECLINED_VISA, amount_minor=7_700, send_receipts=True)
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.DECLINED, Status.RELEASED])
def test_a_success_that_comes_late_has_one(status: str) -> None:
    operation = unknown()
    Operation.objects.filter(pk=operation.pk).update(status=status)
    operation.refresh_from_db()
    approve(operation)
    assert Receipt.objects.get().operation == operation


def test_the_same_proof_again_makes_no_second_one() -> None:
    operation = unknown()
    statement = said(Outcome.APPROVED, fort_id="169700000000012345")
    for _each in range(3):
        evidence.apply(operation=operation, statement=statement)
    approve(operation)
    assert Receipt.objects.count() == 1
    assert DBTaskResult.objects.count() == 1


def test_the_database_itself_refuses_a_second_one() -> None:
    operation = unknown()
    approve(operation)
    first = Receipt.objects.get()
    first.pk, first.form_key = None, place.new_form_key()
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_a_duplicate_and_what_gives_it_back_have_none() -> None:
    order = OrderFactory(charged=True, receipt_address="aisha@example.com")
    late = OperationFactory(order=order, declined=True, fort_id="")
    approve(late)
    late.refresh_from_db()
    assert late.status == Status.DUPLICATE
    refund = OperationFactory(
        order=order,
        kind=Kind.REFUND,
        parent=late,
        unknown=True,
        merchant_reference=late.merchant_reference,
        maintenance_reference=f"{late.merchant_reference}-R1",
    )
    approve(refund, fort_id=late.fort_id)
    refund.refresh_from_db()
    assert refund.status == Status.APPROVED
    assert [kind for kind, _amount in told(order)] == ["purchase"]


def test_a_refund_made_at_the_gateway_itself_has_one(supervisor: Staff, gateway: Sandbox) -> None:
    order = after_sale.charged(supervisor, send_receipts=True)
    after_sale.deliver(gateway.act("REFUND", f"{order.number}-1", 2_000))
    assert told(order) == [("purchase", 12_500), ("refund", 2_000)]
    assert order.operations.get(kind=Kind.REFUND).is_external


def test_what_is_wrong_with_a_receipt_undoes_no_proof_and_is_made_up_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object) -> None:
        raise IntegrityError("nobody foresaw this")

    operation = unknown()
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "send_soon", broken)
        approve(operation)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert "lacks a receipt" in caplog.text
    assert not Receipt.objects.exists()
    approve(operation)
    assert Receipt.objects.get().operation == operation


def test_an_answer_that_proves_nothing_makes_none() -> None:
    operation = unknown()
    evidence.apply(operation=operation, statement=said(Outcome.UNKNOWN, verified=False))
    evidence.apply(operation=operation, statement=said(Outcome.NOT_FOUND))
    assert not Receipt.objects.exists()


# What people ask for


def test_a_person_sends_one_to_another_address() -> None:
    order = OrderFactory(charged=True)
    receipt = asks(order, email="new@example.com")
    assert (receipt.address, receipt.made_by) == ("new@example.com", order.taken_by)
    assert receipt.operation == order.operations.get()
    event = order.events.get(kind="receipt_asked")
    assert (event.actor, event.data["receipt"]) == (order.taken_by, receipt.pk)
    assert "new@example.com" not in str(event.data)
    order.customer.refresh_from_db()
    assert order.customer.email != "new@example.com"


def test_it_tells_of_the_latest_thing_or_of_what_was_meant() -> None:
    order = OrderFactory(part_refunded=True)
    charge, refund = order.operations.order_by("id")
    assert asks(order).operation == refund
    assert asks(order, about=charge.pk).operation == charge
    assert asks(order, about=10**9).operation == refund


def test_the_same_form_again_sends_nothing_again() -> None:
    order, key = OrderFactory(charged=True), place.new_form_key()
    assert asks(order, form_key=key) == asks(order, form_key=key, email="other@example.com")
    assert Receipt.objects.count() == 1
    with pytest.raises(Conflict):
        asks(OrderFactory(charged=True), form_key=key)


def test_corrected_from_now_on_it_is_the_customers_address() -> None:
    order = OrderFactory(charged=True, receipt_address="wrong@example.com")
    asks(order, email="right@example.com", corrects_customer=True)
    order.refresh_from_db()
    order.customer.refresh_from_db()
    assert order.receipt_address == order.customer.email == "right@example.com"


def test_who_wants_no_receipts_by_themselves_gets_none_after_a_correction() -> None:
    order = OrderFactory(charged=True, receipt_address="")
    asks(order, email="right@example.com", corrects_customer=True)
    order.refresh_from_db()
    assert order.receipt_address == ""


def test_what_waits_for_the_wrong_address_is_not_sent_any_more() -> None:
    order = OrderFactory(charged=True)
    wrong = asks(order, email="wrong@example.com")
    right = asks(order, email="right@example.com")
    again = asks(order, email="right@example.com")
    states = {one: Receipt.objects.get(pk=one.pk).state for one in (wrong, right, again)}
    assert states == {
        wrong: ReceiptState.REPLACED,
        right: ReceiptState.WAITING,
        again: ReceiptState.WAITING,
    }


def test_so_many_an_hour_and_no_more(settings: object) -> None:
    order = OrderFactory(charged=True)
    for _each in range(5):
        asks(order)
    with pytest.raises(Refused, match="5 receipts of this order were asked for"):
        asks(order)
    asks(OrderFactory(charged=True))
    with clock.at(clock.now() + timedelta(minutes=61)):
        asks(order)


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("  ", "email_missing"),
        ("aisha", "email_format"),
        ("4005550000000001@example.com", "card_number"),
        ("a" * 250 + "@example.com", "too_long"),
    ],
)
def test_what_is_no_address_is_refused(email: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        asks(OrderFactory(charged=True), email=email)
    assert (refusal.value.code, refusal.value.field) == (code, "email")


@pytest.mark.parametrize("state", ["declined", "unknown", "reserved", "voided"])
def test_where_no_money_was_taken_there_is_no_receipt(state: str) -> None:
    with pytest.raises(Refused, match="no money was taken"):
        asks(OrderFactory(**{state: True}))


def test_who_changes_nothing_sends_nothing() -> None:
    order = OrderFactory(charged=True)
    with pytest.raises(Refused, match="do not have the right"):
        asks(order, StaffFactory(auditor=True))
    assert not Receipt.objects.exists()


def test_a_correction_takes_the_right_to_change_customers(agent: Staff) -> None:
    order = OrderFactory(charged=True, taken_by=agent)
    agent.groups.get().permissions.remove(
        agent.groups.get().permissions.get(codename="change_customer")
    )
    agent = Staff.objects.get(pk=agent.pk)
    with pytest.raises(Refused, match="do not have the right"):
        asks(order, agent, corrects_customer=True)
    assert not Receipt.objects.exists()
    assert not order.events.filter(kind="receipt_asked").exists()
