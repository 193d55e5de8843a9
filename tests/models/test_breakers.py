import pytest

from orders.models import Breaker
from tests.models.refusals import refused

pytestmark = pytest.mark.django_db


def test_there_is_one_row_a_cause() -> None:
    Breaker.objects.create(cause="silence")
    Breaker.objects.create(cause="set_up")
    with refused("cause"):
        Breaker.objects.create(cause="silence")


def test_a_new_row_stops_nothing() -> None:
    row = Breaker.objects.create(cause="silence")
    assert (row.failures, row.opened_at, row.try_at, str(row)) == (0, None, None, "silence")
