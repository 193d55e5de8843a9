"""Staff see the office in their language, unless the browser was switched."""

import pytest
from django.test import Client
from django.utils import translation

from orders.models import Staff

LOGIN = "/accounts/reauthenticate/"


def test_the_persons_language_wins_over_the_browsers(office: Client, staff: Staff) -> None:
    Staff.objects.update(language="ar")
    page = office.get(LOGIN, headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "ar"


def test_the_switch_wins_over_the_persons_language(office: Client) -> None:
    office.post("/i18n/setlang/", {"language": "ar", "next": "/"})
    assert office.get(LOGIN).headers["Content-Language"] == "ar"


def test_a_stranger_may_switch_the_language_of_the_sign_in_page(client: Client, db: None) -> None:
    client.post("/i18n/setlang/", {"language": "ar", "next": "/accounts/login/"})
    assert 'dir="rtl"' in client.get("/accounts/login/").content.decode()


@pytest.fixture(autouse=True)
def _language_of_the_tests() -> None:
    yield
    translation.activate("en")
