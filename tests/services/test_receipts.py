"""A receipt for every proven movement of money, once, written with the proof itself."""

import pytest
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from orders.gateway import Outcome
from orders.models import Operation, Order, Receipt, Staff
from orders.sandbox.server import Sandbox
from orders.services import evidence, place, receipts
from orders.services.new_order import NewCustomer
from orders.states import Kind, Status
from tests import steps
from tests.factories import CustomerFactory, OperationFactory, OrderFactory
from tests.services import after_sale
from tests.services.said import said

pytestmark = pytest.mark.django_db


def told(order: Order) -> list[tuple[str, int]]:
    """The kinds and amounts of the operations that have a receipt, oldest first."""
    rows = order.receipts.select_related("operation").order_by("id")
    return [(one.operation.kind, one.operation.amount_minor) for one in rows]


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
