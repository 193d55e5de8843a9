"""An address at which the demo may start its stand-in."""

import socket

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture
def free_address(settings: Settings) -> str:
    """Where nobody listens yet; the office is pointed at it."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{trial.getsockname()[1]}"
    settings.APS_API_URL = f"{address}/FortAPI/paymentApi"
    settings.APS_PAGE_URL = f"{address}/FortAPI/paymentPage"
    return address
