"""Each alarm says what a person should do before closing it."""

import pytest

from orders.models import Operation
from orders.services.what_to_do import what_to_do
from tests.factories import OperationFactory

pytestmark = pytest.mark.django_db


def operation(kind: str, status: str) -> Operation:
    """The first charge of an order."""
    return OperationFactory(
        sent=True,
        kind=kind,
        status=status,
        fort_id="169996200000000001",
        merchant_reference="MO-10482-2",
        amount_minor=250_500,
        currency="KWD",
    )


def test_a_double_charge_is_to_be_refunded() -> None:
    said = what_to_do("late_success", operation("purchase", "duplicate"))
    assert said.startswith("Charged twice: refund MO-10482-2 of KWD 250.500")


def test_a_double_reservation_is_to_be_voided() -> None:
    said = what_to_do("late_success", operation("authorization", "duplicate"))
    assert said.startswith("Reserved twice: void MO-10482-2 of KWD 250.500")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("late_success", "The order counts this charge now."),
        ("contradiction", "What is proven stays."),
        ("mismatch", "The answer was not believed."),
    ],
)
def test_every_other_alarm_has_its_sentence(kind: str, words: str) -> None:
    assert words in what_to_do(kind, operation("purchase", "approved"))
    assert words in what_to_do(kind, None)
