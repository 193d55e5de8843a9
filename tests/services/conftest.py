"""People who act in the tests of the services."""

import pytest

from orders.models import Staff
from tests.factories import StaffFactory


@pytest.fixture
def agent(db: None) -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(db: None) -> Staff:
    return StaffFactory(supervisor=True)
