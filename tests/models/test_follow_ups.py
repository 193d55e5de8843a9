"""What the database itself refuses of captures, voids and refunds, whoever writes there."""

import pytest
from django.db import IntegrityError, transaction

from orders import clock
from orders.models import Operation
from orders.states import Kind, Status
from tests.factories import OperationFactory, OrderFactory

pytestmark = pytest.mark.django_db

STOOD = {
    "baseline_authorized_minor": 10_000,
    "baseline_captured_minor": 10_000,
    "baseline_refunded_minor": 2_500,
}


def follow_up(kind: str, amount_minor: int, **changes: object) -> Operation:
    """One of that kind, sent while its charge stood as told."""
    charge = OrderFactory(reserved=True).operations.get()
    return OperationFactory(
        order=charge.order, kind=kind, parent=charge, sent=True, amount_minor=amount_minor,
        merchant_reference=charge.merchant_reference, **STOOD | changes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "amount_minor", "changes", "constraint"),
    [
        ("refund", 7_501, {}, "refund_within_what_was_taken"),
        ("refund", 1, {"baseline_captured_minor": 0, "baseline_refunded_minor": 0}, "refund_"),
        ("capture", 1, {}, "capture_within_what_is_reserved"),
        ("capture", 5_001, {"baseline_captured_minor": 5_000}, "capture_within_what_is_reserved"),
        ("void", 10_000, {"baseline_captured_minor": 1}, "void_before_any_capture"),
    ],
)
def test_no_more_is_sent_than_was_left(
    kind: str, amount_minor: int, changes: dict[str, int], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        follow_up(kind, amount_minor, **changes)


def test_what_was_left_may_be_sent() -> None:
    assert follow_up("refund", 7_500).pk
    assert follow_up("capture", 5_000, baseline_captured_minor=5_000).pk
    assert follow_up("void", 10_000, baseline_captured_minor=0).pk


def test_what_the_gateways_back_office_did_is_a_fact_whatever_was_left() -> None:
    assert follow_up("refund", 9_999_999, is_external=True).pk


def test_only_a_proven_refund_is_reversed() -> None:
    refund = follow_up(Kind.REFUND, 7_500)
    with pytest.raises(IntegrityError, match="only_a_proven_refund"), transaction.atomic():
        Operation.objects.filter(pk=refund.pk).update(reversed_at=clock.now())
    Operation.objects.filter(pk=refund.pk).update(
        status=Status.APPROVED, fort_id="169996200000077777", reversed_at=clock.now()
    )
