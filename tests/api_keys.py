"""API keys for tests, made by an administrator and a supervisor."""

from collections.abc import Callable
from typing import Any

from orders.models import ApiKey, Staff
from orders.money import MAX_MINOR
from orders.services import api_keys
from orders.services.new_api_key import NewKey
from tests.factories import StaffFactory

CEILINGS = {
    "currency": "AED",
    "charge_ceiling_minor": MAX_MINOR,
    "day_ceiling_minor": MAX_MINOR,
}


def new_key(**changes: Any) -> NewKey:
    """A key that may charge any amount in AED, or as wanted."""
    return NewKey(**({"name": "Shop", "scopes": ["charges:write"]} | CEILINGS | changes))


def given(person: Staff | None) -> Callable[[], Staff | None]:
    """A second person who proved who they are, or nobody."""
    return lambda: person


def make_key(admin: Staff, **changes: Any) -> tuple[ApiKey, str]:
    """Its row, and the key."""
    second = StaffFactory(supervisor=True)
    return api_keys.make(actor=admin, new_key=new_key(**changes), second_person=given(second))
