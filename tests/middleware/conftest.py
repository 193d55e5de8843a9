"""A signed-in member of staff."""

import pytest
from django.test import Client

from orders.models import Staff
from tests.factories import StaffFactory


@pytest.fixture
def staff(db: None) -> Staff:
    return StaffFactory()


@pytest.fixture
def office(client: Client, staff: Staff) -> Client:
    """A browser in which somebody is signed in."""
    client.force_login(staff)
    return client
