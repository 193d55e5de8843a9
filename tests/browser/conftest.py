"""Who sits in front of the browser, and whom they serve."""

import pytest
from playwright.sync_api import Page, Request

from orders.models import Customer, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import customers
from tests.chromium import SignIn
from tests.factories import StaffFactory, StoredCardFactory


@pytest.fixture
def agent(sign_in: SignIn) -> Staff:
    agent = StaffFactory(agent=True)
    sign_in(agent)
    return agent


@pytest.fixture
def aisha(agent: Staff) -> Customer:
    return customers.create(actor=agent, name="Aisha Rahman", phone="+971507654321", city="Dubai")


@pytest.fixture
def card(aisha: Customer, gateway: Sandbox) -> StoredCard:
    """A card of Aisha's that the stand-in knows and she allowed to be kept."""
    token = gateway.make_token("4111111111111111")
    return StoredCardFactory(customer=aisha, token_name=token, last_four="1111")


@pytest.fixture
def sent(page: Page) -> list[Request]:
    """Every request the page makes."""
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    page.on("request", note)
    return requests
