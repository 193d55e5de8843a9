"""What may follow a charge, and the sentence where something may not."""

import pytest
from pytest_django.fixtures import Settings

from orders.services import allowed
from orders.states import Kind, Status
from tests.factories import OperationFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("traits", "kind", "sentence"),
    [
        ({"charged": True}, Kind.REFUND, ""),
        ({"charged": True}, Kind.CAPTURE, "charged at once"),
        ({"charged": True}, Kind.VOID, "Refund it instead"),
        ({"reserved": True}, Kind.CAPTURE, ""),
        ({"reserved": True}, Kind.VOID, ""),
        ({"reserved": True}, Kind.REFUND, "Void the reservation"),
        ({"refunded": True}, Kind.REFUND, "everything has been given back"),
        ({"voided": True}, Kind.CAPTURE, "nothing is reserved or charged"),
        ({"declined": True}, Kind.REFUND, "nothing is reserved or charged"),
        ({"unknown": True}, Kind.REFUND, "nothing is reserved or charged"),
    ],
)
def test_only_what_the_charge_stands_for_is_allowed(
    traits: dict[str, bool], kind: Kind, sentence: str
) -> None:
    operations = list(OrderFactory(**traits).operations.all())
    why_not = allowed.why_not(kind, allowed.charge_of(operations), operations)
    assert sentence in why_not
    assert bool(why_not) is bool(sentence)


def captured(status: str) -> list[object]:
    """A reservation of which a half was captured, or is being."""
    order = OrderFactory(reserved=True)
    charge = order.operations.get()
    OperationFactory(
        order=order, kind=Kind.CAPTURE, parent=charge, settled=True, status=status,
        merchant_reference=charge.merchant_reference, amount_minor=charge.amount_minor // 2,
    )  # fmt: skip
    return list(order.operations.all())


@pytest.mark.parametrize("kind", list(allowed._WHY_NOT))
def test_nothing_is_allowed_while_another_act_is_open(kind: Kind) -> None:
    operations = captured(Status.UNKNOWN)
    why_not = allowed.why_not(kind, allowed.charge_of(operations), operations)  # type: ignore[arg-type]
    assert "not settled yet" in why_not


def test_a_second_capture_is_allowed_by_policy_alone(settings: Settings) -> None:
    operations = captured(Status.APPROVED)
    charge = allowed.charge_of(operations)  # type: ignore[arg-type]
    assert "captured once here" in allowed.why_not(Kind.CAPTURE, charge, operations)  # type: ignore[arg-type]
    settings.MANY_CAPTURES = True
    assert allowed.why_not(Kind.CAPTURE, charge, operations) == ""  # type: ignore[arg-type]
