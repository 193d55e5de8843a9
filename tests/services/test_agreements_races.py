"""Two acts at one instant on one stored card: on both databases no ceiling is passed, and nothing
is charged to a card whose permission was withdrawn first.
"""

import pytest

from orders.errors import Refused
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import charge, resend, withdrawals
from orders.services.place import Placed
from orders.states import Status
from tests import steps
from tests.factories import StaffFactory
from tests.services.test_agreements import CUSTOMER, MERCHANT, card_with, charge_it
from tests.services.test_resend import not_charged
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> list[Staff]:
    return [StaffFactory(agent=True) for _ in range(4)]


def test_charges_at_once_do_not_pass_the_months_ceiling_together(
    people: list[Staff], gateway: Sandbox
) -> None:
    card = card_with(gateway, ceiling_per_month_minor=10_000)
    amounts = (4_001, 4_002, 4_003, 4_004)
    results = together(
        *[
            lambda who=who, amount=amount: charge_it(who, card, amount, MERCHANT)
            for who, amount in zip(people, amounts, strict=True)
        ]
    )
    refused = [one for one in results if isinstance(one, Refused)]
    assert {one.code for one in refused} == {"ceiling_per_month"}
    assert len(refused) == 2
    sent = [one for one in gateway.requests if one["command"] == "PURCHASE"]
    assert sum(int(one["parameters"]["amount"]) for one in sent) <= 10_000


def test_a_charge_and_one_sent_again_do_not_pass_it_together(
    people: list[Staff], gateway: Sandbox
) -> None:
    card = card_with(gateway, ceiling_per_month_minor=20_000)
    lost = not_charged(people[0], card)
    results = together(
        lambda: resend.resend(actor=people[0], operation=lost),
        lambda: charge_it(people[1], card, 15_000, CUSTOMER),
    )
    assert sorted(type(one).__name__ for one in results) == ["Operation", "Refused"]
    live = Operation.objects.filter(stored_card=card, status=Status.APPROVED)
    assert sum(one.amount_minor for one in live) <= 20_000


def test_a_withdrawal_and_a_charge_at_once_are_one_after_the_other(
    people: list[Staff], gateway: Sandbox
) -> None:
    for number in range(5):
        card = card_with(gateway)
        results = together(
            lambda card=card, n=number: steps.place_stored(people[0], card, amount_minor=5_000 + n),
            lambda card=card: withdrawals.withdraw(
                actor=people[1], card=card, reason="By phone, call 12"
            ),
        )
        card.refresh_from_db()
        assert card.state == "frozen"
        made = [one for one in results if isinstance(one, Placed)]
        for placed in made:  # claimed before the withdrawal was committed
            assert placed.operation.submitted_at <= card.frozen_at
            charge.proceed(placed)
        with pytest.raises(Refused):
            charge_it(people[0], card, 9_000 + number, CUSTOMER)


def test_two_people_withdraw_one_card_once(people: list[Staff], gateway: Sandbox) -> None:
    card = card_with(gateway)
    results = together(
        *[
            lambda who=who: withdrawals.withdraw(actor=who, card=card, reason="By phone")
            for who in people[:2]
        ]
    )
    assert sum(isinstance(one, Refused) for one in results) == 1
