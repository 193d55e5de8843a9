"""What the tests of the pages of API keys share."""

import re

import pytest
from django.http import HttpResponse

from orders.models import ApiKey, Staff
from orders.services import api_keys
from orders.services.api_keys import NewKey

PAGES = ["/api-keys/", "/api-keys/new/", "/api-keys/{pk}/rotate/", "/api-keys/{pk}/revoke/"]
every_page = pytest.mark.parametrize("page", PAGES)


def made(admin: Staff, name: str = "Shop") -> ApiKey:
    """A key that may charge."""
    return api_keys.make(actor=admin, new_key=NewKey(name=name, scopes=["charges:write"]))[0]


def shown(answer: HttpResponse) -> str:
    """The key on the page."""
    found = re.search(r'id="key" value="(moto_[a-z]{8}_[a-z]{44})"', answer.content.decode())
    return found[1] if found else ""
