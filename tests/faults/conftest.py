"""People who act while something fails."""

import pytest

from orders.models import Staff
from tests.factories import StaffFactory


@pytest.fixture
def agent(db: None) -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(db: None) -> Staff:
    return StaffFactory(supervisor=True)
