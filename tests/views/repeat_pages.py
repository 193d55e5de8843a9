"""What the tests of the pages of repeat runs share."""

import pytest

from orders.models import RepeatRun, Staff
from tests.factories import ConsentFactory
from tests.services import repeat

every_page = pytest.mark.parametrize(
    "path",
    [
        "/repeat/",
        "/repeat/new/",
        "/repeat/pick/",
        "/repeat/{pk}/",
        "/repeat/{pk}/act/",
        "/repeat/{pk}/approval/",
        "/repeat/{pk}/progress/",
        "/repeat/{pk}/results/",
    ],
)


def file(rows: int = 2) -> bytes:
    """A file of rows that can be charged, of KWD 12.500 each."""
    return repeat.sheet(ConsentFactory(starts_itself=True).card for _number in range(rows))


def draft(actor: Staff, rows: int = 2) -> RepeatRun:
    """A run that is not started."""
    return repeat.made(actor, file(rows))
