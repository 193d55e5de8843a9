"""Typed work outlives the session it was typed in."""

from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from orders.models import Order
from tests.factories import PASSWORD, StaffFactory


def test_an_order_typed_for_too_long_is_there_again_after_signing_in(
    client: Client, db: None
) -> None:
    agent = StaffFactory(agent=True)
    client.force_login(agent)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client.get("/orders/new/")
        clock.shift(timedelta(minutes=20))
        typed = {"description": "Two boxes of dates", "amount": "12.50", "charge": "1"}
        client.post("/orders/new/", typed, headers={"Referer": "http://testserver/orders/new/"})
        login = "/accounts/login/?next=/orders/new/"
        page = client.post(login, {"login": agent.username, "password": PASSWORD}, follow=True)
    assert "Two boxes of dates" in page.content.decode()
    assert "12.50" in page.content.decode()
    assert not Order.objects.exists()
