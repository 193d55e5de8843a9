"""Machines that call the API in tests, and what they say."""

import json
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import ApiKey, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import api_keys
from orders.services.api_scopes import SCOPES
from tests.api_keys import make_key
from tests.factories import StaffFactory, StoredCardFactory


class Machine:
    """A program with an API key; every act has an Idempotency-Key of its own unless given one."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any = None, *, again: str = "", **headers: str) -> HttpResponse:
        return self.client.post(
            f"/api/v1{path}",
            data="" if body is None else body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": again or str(uuid.uuid4())} | self._headers(headers),
        )

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} | more

    @property
    def row(self) -> ApiKey:
        return ApiKey.objects.get(digest=api_keys.digest_of(self.key))


def make_machine(admin: Staff, **wanted: Any) -> Machine:
    """A machine with every scope, or as wanted."""
    wanted = {"name": f"Shop {ApiKey.objects.count()}", "scopes": sorted(SCOPES)} | wanted
    return Machine(make_key(admin, **wanted)[1])


@pytest.fixture
def admin(db: None) -> Staff:
    return StaffFactory(admin=True)


@pytest.fixture
def shop(admin: Staff) -> Machine:
    return make_machine(admin)


@pytest.fixture
def card(gateway: Sandbox, db: None) -> StoredCard:
    """A card that the stand-in knows."""
    token = gateway.make_token("4111111111111111")
    return StoredCardFactory(token_name=token, last_four="1111")


def order(card: StoredCard | None = None, **changes: Any) -> dict[str, Any]:
    """The body of an order for AED 125.00."""
    who: dict[str, Any] = {"new_customer": {"name": "Aisha Rahman", "email": "aisha@example.com"}}
    if card:
        who = {"customer": card.customer.number, "card": card.pk}
    return {"amount_minor": 12_500, "currency": "AED"} | who | changes
