"""Every test of the stand-in talks to a real one, over HTTP, on a free port."""

from collections.abc import Iterator

import pytest

from orders.sandbox.server import Sandbox
from tests.sandbox.merchant import Merchant


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def merchant(box: Sandbox) -> Merchant:
    return Merchant(box)
