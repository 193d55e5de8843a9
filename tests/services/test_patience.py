"""What cannot be done again is written down as soon as the database is back."""

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from orders.services import patience
from orders.services.patience import patiently

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES_S", (0, 0))


def after(*errors: Exception) -> tuple[list[Exception], object]:
    """What is left of the errors once all was tried, and what came of it."""
    left = list(errors)

    def write() -> str:
        if left:
            raise left.pop(0)
        return "written"

    try:
        return left, patiently(write)
    except Exception as error:  # noqa: BLE001  every outcome is looked at
        return left, error


def test_it_is_written_once_the_database_is_back() -> None:
    assert after() == ([], "written")
    assert after(OperationalError(), InterfaceError()) == ([], "written")


def test_a_database_that_stays_away_is_told_of() -> None:
    last = OperationalError()
    assert after(OperationalError(), OperationalError(), last) == ([], last)


def test_nothing_else_is_tried_again() -> None:
    wrong, never = IntegrityError(), OperationalError()
    assert after(wrong, never) == ([never], wrong)
