import pytest
from django.test import Client

from tests.factories import StaffFactory


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("agent", "/orders/new/"),
        ("clerk", "/orders/new/"),
        ("supervisor", "/orders/new/"),
        ("auditor", "/orders/"),
    ],
)
def test_everybody_is_led_to_the_page_they_work_on(
    client: Client, db: None, role: str, address: str
) -> None:
    client.force_login(StaffFactory(role=role))
    assert client.get("/").headers["Location"] == address


def test_an_admin_is_led_to_the_accounts(client: Client, db: None) -> None:
    client.force_login(StaffFactory(admin=True, is_staff=True))
    assert client.get("/").headers["Location"] == "/admin/"


def test_nobody_gets_in_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
