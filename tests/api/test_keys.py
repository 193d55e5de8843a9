"""Who may call: living keys, from their addresses, within their scopes and their minute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from orders import clock
from orders.models import ApiKey, Event, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import api_keys
from orders.services.api_scopes import SCOPES
from tests.api.conftest import Machine, make_machine, order
from tests.factories import PASSWORD, OrderFactory, StaffFactory

CALLS = {
    ("GET", "/orders"): "orders:read",
    ("GET", "/orders/{number}"): "orders:read",
    ("GET", "/orders/{number}/operations"): "orders:read",
    ("GET", "/orders/{number}/operations/{number}-1"): "orders:read",
    ("POST", "/orders"): "charges:write",
    ("POST", "/orders/{number}/tries"): "charges:write",
    ("POST", "/orders/{number}/charge"): "charges:write",
    ("POST", "/orders/{number}/paid"): "orders:paid",
    ("POST", "/orders/{number}/captures"): "captures:write",
    ("POST", "/orders/{number}/voids"): "voids:write",
    ("POST", "/orders/{number}/refunds"): "refunds:write",
    ("GET", "/customers"): "customers:read",
    ("GET", "/customers/C-{customer}"): "customers:read",
}


def call(machine: Machine, method: str, path: str, of: Order) -> Any:
    path = path.format(number=of.number, customer=1000 + of.customer_id)
    return machine.get(path) if method == "GET" else machine.post(path, {})


@pytest.mark.parametrize(("method", "path"), CALLS, ids=lambda part: part.strip("/"))
def test_each_call_needs_its_scope_and_no_other(
    admin: Staff, gateway: Sandbox, method: str, path: str
) -> None:
    of = OrderFactory(charged=True)
    needed = CALLS[method, path]
    for scope in SCOPES:
        answer = call(make_machine(admin, scopes=[scope]), method, path, of)
        may = scope == needed
        assert (answer.status_code == 403) is not may, (scope, answer.content)
    everything_else = make_machine(admin, scopes=sorted(set(SCOPES) - {needed}))
    assert call(everything_else, method, path, of).json()["code"] == "scope_missing"


def test_a_machine_sees_and_touches_no_orders_of_others(admin: Staff, gateway: Sandbox) -> None:
    machine = make_machine(admin, scopes=sorted(set(SCOPES) - {"orders:all"}))
    other = OrderFactory(charged=True)
    assert machine.get("/orders").json()["orders"] == []
    bodies = {
        "tries": {},
        "charge": {"operation": f"{other.number}-1"},
        "paid": None,
        "captures": {"amount_minor": 1, "reason_code": "shipped"},
        "voids": {"reason_code": "cancelled"},
        "refunds": {"amount_minor": 1, "reason_code": "returned"},
    }
    answers = [machine.post(f"/orders/{other.number}/{what}", bodies[what]) for what in bodies]
    answers += [machine.get(f"/orders/{other.number}{end}") for end in ("", "/operations")]
    assert {answer.status_code for answer in answers} == {404}
    assert machine.get(f"/orders?cursor={other.number}").status_code == 422


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer moto_x", "Basic YWRtaW46YWRtaW4=", "Bearer  two words"]
)
def test_without_a_key_there_is_nothing(client: Client, db: None, header: str) -> None:
    answer = client.get("/api/v1/orders", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_signed_in_person_is_nobody_here_and_gets_no_cookie(client: Client, db: None) -> None:
    client.force_login(StaffFactory(supervisor=True))
    answer = client.get("/api/v1/orders")
    assert answer.status_code == 401
    assert not answer.cookies


def test_a_key_that_was_revoked_or_expired_opens_nothing(shop: Machine, admin: Staff) -> None:
    brief = make_machine(admin, expires_at=clock.now() + timedelta(days=1))
    assert brief.get("/orders").status_code == shop.get("/orders").status_code == 200
    api_keys.revoke(actor=admin, key=shop.row, reason="No longer used")
    assert shop.get("/orders").status_code == 401
    with clock.at(clock.now() + timedelta(days=1)):
        assert brief.get("/orders").status_code == 401
    refused = Event.objects.filter(kind="api_key_refused").values_list("data__why", flat=True)
    assert sorted(refused) == ["expired", "revoked"]


def test_the_old_key_opens_until_the_overlap_ends(shop: Machine, admin: Staff) -> None:
    row = shop.row
    new = Machine(api_keys.rotate(actor=admin, key=row, overlap_h=24, present=row.prefix))
    assert new.get("/orders").status_code == shop.get("/orders").status_code == 200
    with clock.at(clock.now() + timedelta(hours=24)):
        assert shop.get("/orders").status_code == 401
        assert new.get("/orders").status_code == 200
    row.refresh_from_db()
    newest = Machine(api_keys.rotate(actor=admin, key=row, overlap_h=0, present=row.prefix))
    assert new.get("/orders").status_code == shop.get("/orders").status_code == 401
    assert newest.get("/orders").status_code == 200


def test_rotation_keeps_what_was_asked_before(
    shop: Machine, card: StoredCard, admin: Staff
) -> None:
    first = shop.post("/orders", order(card), again="the-same-key")
    row = shop.row
    new = Machine(api_keys.rotate(actor=admin, key=row, overlap_h=0, present=row.prefix))
    assert new.post("/orders", order(card), again="the-same-key").content == first.content


def test_a_key_may_be_bound_to_addresses(admin: Staff) -> None:
    machine = make_machine(admin, addresses=["192.0.2.0/24", "2001:db8::/32"])
    answer = machine.get("/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "address_refused")
    for address, status in (
        ("192.0.2.77", 200),
        ("::ffff:192.0.2.77", 200),
        ("2001:db8::7", 200),
        ("::ffff:198.51.100.7", 403),
        ("::192.0.2.77", 403),
    ):
        machine.client.defaults["REMOTE_ADDR"] = address
        assert machine.get("/orders").status_code == status, address


def test_a_key_has_so_many_requests_a_minute(admin: Staff) -> None:
    machine = make_machine(admin, requests_a_minute=3)
    start = clock.now().replace(second=20)
    with clock.at(start):
        codes = [machine.get("/orders").status_code for _each in range(4)]
        assert codes == [200, 200, 200, 429]
        answer = machine.get("/orders")
        assert (answer["Retry-After"], answer.json()["code"]) == ("40", "too_many_requests")
    with clock.at(start + timedelta(minutes=1)):
        assert machine.get("/orders").status_code == 200


def test_every_call_that_is_let_in_counts_once(
    admin: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    """Also those that are refused before anything is noted, and those that were asked before."""
    machine = make_machine(admin, scopes=["charges:write", "orders:read"])
    body = order(card)
    calls: list[tuple[int, Callable[[], HttpResponse]]] = [
        (201, lambda: machine.post("/orders", body, again="an-act-of-the-shop")),
        (201, lambda: machine.post("/orders", body, again="an-act-of-the-shop")),
        (409, lambda: machine.post("/orders", order(card, note="!"), again="an-act-of-the-shop")),
        (400, lambda: machine.post("/orders", body, **{"Idempotency-Key": ""})),
        (400, lambda: machine.post("/orders", "{")),
        (422, lambda: machine.post("/orders", body | {"amount_minor": -1})),
        (422, lambda: machine.post("/orders", order(card, currency="XXX"))),
        (404, lambda: machine.post("/orders/MO-99999/tries", {})),
        (403, lambda: machine.post("/orders/MO-99999/paid")),
        (404, lambda: machine.get("/orders/MO-99999")),
        (403, lambda: machine.get("/customers")),
        (200, lambda: machine.get("/orders")),
    ]
    with clock.at(clock.now().replace(second=20)):
        for number, (status, send) in enumerate(calls, 1):
            answer = send()
            assert answer.status_code == status, answer.content
            assert machine.row.requests_in_minute == number, answer.content
        ApiKey.objects.update(requests_a_minute=len(calls))
        assert {send().status_code for _status, send in calls} == {429}
        assert machine.row.requests_in_minute == len(calls)


def test_the_last_use_is_noted(shop: Machine) -> None:
    assert shop.row.last_used_at is None
    moment = clock.now()
    with clock.at(moment):
        shop.get("/orders")
    assert shop.row.last_used_at == moment


def test_the_key_itself_is_stored_nowhere(shop: Machine) -> None:
    shop.get("/orders")
    row = ApiKey.objects.values().get()
    secret = shop.key.rsplit("_", 1)[1]
    assert not [name for name, value in row.items() if secret in str(value)]
    assert row["prefix"] == shop.key[:13]


def test_a_machine_never_signs_in(shop: Machine, client: Client) -> None:
    staff = shop.row.staff
    assert not staff.has_usable_password()
    for password in (PASSWORD, "", shop.key):
        client.post("/accounts/login/", {"login": staff.username, "password": password})
        assert "_auth_user_id" not in client.session


def test_an_administrator_finds_no_machine_to_give_a_password_to(
    shop: Machine, client: Client
) -> None:
    admin = StaffFactory(admin=True, is_staff=True)
    client.force_login(admin)
    pk = shop.row.staff_id
    assert shop.row.staff.username.encode() not in client.get("/admin/orders/staff/").content
    assert client.get(f"/admin/orders/staff/{pk}/password/").status_code in (302, 404)
