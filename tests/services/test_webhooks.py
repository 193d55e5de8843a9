"""Addresses that are told: registered, changed, paused and given new secrets, each told in the
trail.
"""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Event, Staff, WebhookDelivery, WebhookEndpoint
from orders.services import audit, webhook_secrets, webhooks
from orders.webhooks import key_of
from tests.factories import StaffFactory
from tests.services.hooks import now, registered, worked_off
from tests.services.test_webhook_delivery import changed
from tests.webhooks.receiver import Receiver, published

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://shop.example.com/hooks"


@pytest.fixture
def admin(db: None) -> Staff:
    return StaffFactory(admin=True)


def made(admin: Staff, name: str = "Shop", url: str = URL) -> tuple[WebhookEndpoint, str]:
    return webhooks.make(actor=admin, name=name, url=url)


def last_event() -> tuple[str, dict[str, object]]:
    event = Event.objects.filter(chain="accounts").latest("position")
    return event.kind, event.data


def test_a_secret_is_given_once_and_stored_encrypted(admin: Staff) -> None:
    row, secret = made(admin)
    assert len(key_of(secret)) == 32
    assert secret not in row.secret
    assert webhook_secrets.held(row) == [secret]
    assert last_event() == ("webhook_made", {"webhook": "Shop", "url": URL})
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))


@pytest.mark.parametrize("role", ["agent", "clerk", "supervisor", "auditor"])
def test_nobody_but_an_admin_may(admin: Staff, role: str) -> None:
    row, _secret = made(admin)
    other = StaffFactory(**{role: True})
    with pytest.raises(Refused):
        made(other, "Other")
    with pytest.raises(Refused):
        webhooks.change(actor=other, endpoint=row, name="Other", url=URL)
    with pytest.raises(Refused):
        webhooks.switch(actor=other, endpoint=row, on=False)
    with pytest.raises(Refused):
        webhooks.rotate(actor=other, endpoint=row, overlap_h=0, present=0)
    with pytest.raises(Refused):
        webhooks.ping(actor=other, endpoint=row)


@pytest.mark.parametrize(
    ("name", "url", "field"),
    [
        (" ", URL, "name"),
        ("Shop", "https://10.0.0.1/", "url"),
        ("Shop", "https://user:pw@shop.example.com/", "url"),
        ("Shop", "shop", "url"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    admin: Staff, name: str, url: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        made(admin, name, url)
    assert refusal.value.field == field
    assert not WebhookEndpoint.objects.exists()


def test_outside_a_demo_only_https_at_its_own_ports(admin: Staff, settings: Settings) -> None:
    settings.DEMO = settings.DEBUG = False
    for url in ("http://shop.example.com/", "https://shop.example.com:22/"):
        with pytest.raises(Refused):
            made(admin, url=url)
    made(admin, url="https://shop.example.com:8443/")


def test_the_same_form_twice_registers_one(admin: Staff) -> None:
    made(admin)
    with pytest.raises(Conflict) as refusal:
        made(admin)
    assert refusal.value.field == "name"


def test_a_change_is_told_with_what_was_before(admin: Staff) -> None:
    row, _secret = made(admin)
    other = "https://new.example.com/hooks"
    webhooks.change(actor=admin, endpoint=row, name="Store", url=other)
    kind, data = last_event()
    assert kind == "webhook_changed"
    assert (data["former_name"], data["former_url"], data["url"]) == ("Shop", URL, other)


def test_a_new_name_is_not_locked_while_the_trail_is_waited_for(
    admin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _secret = made(admin)
    real, stored = audit.record_account, []

    def record(*given: Any, **data: Any) -> Event:
        stored.append(WebhookEndpoint.objects.get(pk=row.pk).name)
        return real(*given, **data)

    monkeypatch.setattr(audit, "record_account", record)
    webhooks.change(actor=admin, endpoint=row, name="Store", url=URL)
    assert stored == ["Shop"]
    row.refresh_from_db()
    assert row.name == "Store"


def test_a_name_that_is_taken_leaves_no_trace(admin: Staff) -> None:
    made(admin, "Ledger")
    row, _secret = made(admin)
    with pytest.raises(Conflict):
        webhooks.change(actor=admin, endpoint=row, name="Ledger", url=URL)
    assert last_event()[0] == "webhook_made"


def test_a_replaced_secret_signs_until_its_time_is_over(admin: Staff) -> None:
    row, old = made(admin)
    new = webhooks.rotate(actor=admin, endpoint=row, overlap_h=24, present=0)
    row.refresh_from_db()
    assert webhook_secrets.held(row) == [new, old]
    newest = webhooks.rotate(actor=admin, endpoint=row, overlap_h=0, present=1)
    row.refresh_from_db()
    assert webhook_secrets.held(row) == [newest]
    assert last_event() == ("webhook_secret_replaced", {"webhook": "Shop", "overlap_h": 0})


def test_after_the_key_changed_a_new_secret_signs_at_once(
    receiver: Receiver, settings: Settings
) -> None:
    row, _lost = registered(receiver)
    settings.WEBHOOKS_KEY = "another key"
    actor = row.created_by
    new = webhooks.rotate(actor=actor, endpoint=row, overlap_h=24, present=0)
    webhooks.ping(actor=actor, endpoint=row)
    worked_off()
    [(_path, headers, body)] = receiver.requests
    assert published()(new, headers, body)


def test_the_same_form_twice_ends_no_secret_that_is_in_use(admin: Staff) -> None:
    row, _old = made(admin)
    new = webhooks.rotate(actor=admin, endpoint=row, overlap_h=0, present=0)
    with pytest.raises(Conflict):
        webhooks.rotate(actor=admin, endpoint=row, overlap_h=0, present=0)
    row.refresh_from_db()
    assert webhook_secrets.held(row) == [new]


def test_an_overlap_beyond_a_month_is_refused(admin: Staff) -> None:
    row, _secret = made(admin)
    with pytest.raises(Refused):
        webhooks.rotate(actor=admin, endpoint=row, overlap_h=24 * 31, present=0)


def test_disabled_nothing_leaves_and_what_waited_goes_later(receiver: Receiver) -> None:
    row, _secret = registered(receiver)
    [waits] = changed()
    webhooks.switch(actor=row.created_by, endpoint=row, on=False)
    worked_off()
    assert receiver.requests == []
    assert last_event() == ("webhook_disabled", {"webhook": "Shop"})
    webhooks.switch(actor=row.created_by, endpoint=row, on=True)
    WebhookDelivery.objects.update(due_at=clock.now())
    worked_off()
    assert now(waits).state == "delivered"
    assert last_event()[0] == "webhook_enabled"


def test_a_test_message_is_signed_and_tried_once(receiver: Receiver) -> None:
    row, secret = registered(receiver)
    ping = webhooks.ping(actor=row.created_by, endpoint=row)
    worked_off()
    [(_path, headers, body)] = receiver.requests
    assert published()(secret, headers, body)
    assert receiver.types == ["ping"]
    assert now(ping).state == "delivered"
    assert last_event()[0] == "webhook_pinged"
    receiver.answers = lambda: 500
    failed = webhooks.ping(actor=row.created_by, endpoint=row)
    worked_off()
    assert (now(failed).state, now(failed).tries) == ("failed", 1)
    assert not Event.objects.filter(kind="webhook_failed").exists()


def test_a_disabled_address_is_not_tested(admin: Staff) -> None:
    row, _secret = made(admin)
    webhooks.switch(actor=admin, endpoint=row, on=False)
    with pytest.raises(Conflict):
        webhooks.ping(actor=admin, endpoint=row)


def test_an_address_that_is_away_does_not_hold_up_the_others(receiver: Receiver) -> None:
    away, _secret = registered(receiver)
    changed()
    changed()
    receiver.answers = lambda: 503
    worked_off()
    assert len(receiver.requests) == 1, "the second is not even tried"
    away.refresh_from_db()
    assert away.paused_until
    receiver.answers = lambda: 204
    registered(receiver, "Ledger", away.created_by)
    changed()
    worked_off()
    assert len(receiver.requests) == 2
    with clock.at(clock.now() + timedelta(minutes=1)):
        WebhookDelivery.objects.filter(state="waiting").update(due_at=clock.now())
        worked_off()
    away.refresh_from_db()
    assert (away.paused_until, away.failures, away.last_problem) == (None, 0, "")
    assert not WebhookDelivery.objects.filter(state="waiting").exists()


def test_a_refusal_of_one_message_does_not_hold_up_others(receiver: Receiver) -> None:
    registered(receiver)
    changed()
    changed()
    receiver.answers = lambda: 400
    worked_off()
    assert len(receiver.requests) == 2
