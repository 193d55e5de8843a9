"""What the tests of the pages of API keys share."""

import re

import pytest
from django.http import HttpResponse

from orders.models import ApiKey, Staff
from tests.api_keys import make_key

PAGES = ["/api-keys/", "/api-keys/new/", "/api-keys/{pk}/rotate/", "/api-keys/{pk}/revoke/"]
every_page = pytest.mark.parametrize("page", PAGES)


def made(admin: Staff, name: str = "Shop") -> ApiKey:
    """A key that may charge."""
    return make_key(admin, name=name)[0]


def shown(answer: HttpResponse) -> str:
    """The key on the page."""
    found = re.search(r'id="key" value="(moto_[a-z]{8}_[a-z]{44})"', answer.content.decode())
    return found[1] if found else ""
