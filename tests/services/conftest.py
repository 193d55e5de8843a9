"""People who act in the tests of the services."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from orders.models import Staff
from tests.factories import StaffFactory
from tests.services.hooks import allow_loopback
from tests.webhooks.receiver import Receiver


@pytest.fixture
def agent(db: None) -> Staff:
    return StaffFactory(agent=True)


@pytest.fixture
def supervisor(db: None) -> Staff:
    return StaffFactory(supervisor=True)


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """A receiver of webhooks that the settings let be reached."""
    allow_loopback(settings)
    with Receiver() as running:
        yield running
