"""A row is worked on by whoever claimed it, for as long as its request may last."""

from datetime import timedelta

import pytest

from orders import clock
from orders.models import Operation
from orders.services import leases
from tests.factories import OperationFactory
from tests.together import together


def claim(most: int = 10) -> list[Operation]:
    return leases.claim(Operation.objects.all(), most)


def test_the_longest_due_is_claimed_first(db: None) -> None:
    now = clock.now()
    late, later = (
        OperationFactory(unknown=True, next_check_at=now - timedelta(hours=hours))
        for hours in (1, 2)
    )
    assert claim(1) == [later]
    assert claim(1) == [late]


def test_a_claimed_row_is_nobody_elses_until_the_request_would_be_over(db: None) -> None:
    operation = OperationFactory(unknown=True)
    assert claim() == [operation]
    assert claim() == []
    with clock.at(clock.now() + timedelta(seconds=61)):
        assert claim() == [operation]


def test_a_released_row_can_be_claimed_again(db: None) -> None:
    operation = OperationFactory(unknown=True)
    leases.release(claim())
    assert claim() == [operation]


@pytest.mark.django_db(transaction=True)
def test_processes_that_claim_at_once_share_the_rows_without_overlap() -> None:
    rows = [OperationFactory(unknown=True) for _each in range(12)]
    claims = together(*[lambda: claim(3)] * 4)
    claimed = [row.pk for one in claims for row in one]  # type: ignore[attr-defined]
    rest = [row.pk for row in claim()]
    assert sorted(claimed + rest) == [row.pk for row in rows]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_behind_a_row_that_another_is_claiming() -> None:
    for _each in range(4):
        OperationFactory(unknown=True)
    claims = together(*[lambda: claim(1)] * 4)
    assert sum(len(one) for one in claims) == 4  # type: ignore[arg-type, misc]
