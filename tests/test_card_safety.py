"""Promise one, at the server: no card number and no CVV comes in, stays, or goes out.

The browser's side of it is in `tests/browser`.
"""

import logging
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from orders import counters
from orders.middleware.api_calls import is_call
from orders.models import Staff
from orders.sandbox.server import Sandbox
from tests.factories import OrderFactory, StaffFactory
from tests.middleware.test_tripwire import CARDS
from tests.steps import VISA, charge_new

NUMBER_OF_ARGUMENTS = {"number": "MO-10001", "pk": 1}


@pytest.fixture
def everyone_may(db: None) -> Staff:
    """Somebody with every right, to whom every page would open."""
    staff = StaffFactory(is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    return staff


def patterns(
    found: list[URLPattern | URLResolver] | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in found if found is not None else get_resolver().url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, path)
        else:
            yield path, pattern


def addresses() -> list[str]:
    """Every address of the office with its arguments filled in; the admin's own are left out."""
    paths = [path for path, _ in patterns() if not path.startswith(("admin/", "^"))]
    filled = [re.sub(r"<(?:\w+:)?(\w+)>", _argument, path) for path in paths]
    return [f"/{path}" for path in filled if not re.search(r"[\^$(?]", path)]


def _argument(found: "re.Match[str]") -> str:
    return str(NUMBER_OF_ARGUMENTS.get(found[1], "1"))


OPEN = {
    "/healthz", "/readyz", "/metrics", "/gateway/feedback/", "/orders/card-return/",
    "/i18n/setlang/",
}  # fmt: skip
# Calls of machines take a key and no session; the pages about them are for whoever signed in.
ABOUT_API = ["/api/v1/docs", "/api/v1/openapi.json", "/api/v1/problems/1"]
CALLS = [path for path in addresses() if is_call(path)]
OURS = [
    path
    for path in addresses()
    if not path.startswith("/accounts/") and path not in OPEN and path not in CALLS
]


def test_the_crawl_knows_the_pages_of_the_office() -> None:
    assert {"/", "/orders/", "/orders/new/", "/orders/MO-10001/", "/customers/1/"} <= set(OURS)
    assert set(addresses()) >= OPEN


def test_a_stranger_is_sent_to_sign_in_from_every_page(client: Client, db: None) -> None:
    answers = {path: (client.get(path), client.post(path)) for path in OURS}
    sent = {
        path
        for path, both in answers.items()
        if all(
            answer.status_code == 302
            and answer.headers["Location"].startswith("/accounts/login/?next=")
            for answer in both
        )
    }
    assert sent == set(OURS)


def test_nobody_calls_without_a_key(client: Client, everyone_may: Staff) -> None:
    client.force_login(everyone_may)
    answers = [client.get(path) for path in CALLS] + [client.post(path) for path in CALLS]
    assert len(set(CALLS)) == 12
    assert {answer.status_code for answer in answers} <= {401, 405}


def test_somebody_without_rights_opens_no_page(client: Client, db: None) -> None:
    client.force_login(StaffFactory())
    OrderFactory(pk=1)
    asked = [path for path in OURS if path != "/" and path not in ABOUT_API]
    codes = {path: {client.get(path).status_code, client.post(path).status_code} for path in asked}
    assert {path for path, found in codes.items() if not found <= {403, 404, 405}} == set()


def test_every_answer_carries_the_policies(client: Client, everyone_may: Staff) -> None:
    client.force_login(everyone_may)
    OrderFactory(pk=1)
    for path in addresses():
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["Cache-Control"] == "no-store, private", path


def test_only_card_pages_name_the_gateway(client: Client, everyone_may: Staff) -> None:
    client.force_login(everyone_may)
    OrderFactory(pk=1)
    policies = {path: client.get(path)["Content-Security-Policy"] for path in addresses()}
    naming = [path for path, policy in policies.items() if ":9800" in policy]
    assert naming == ["/orders/new/", "/orders/MO-10001/card/"]


def test_only_the_two_doors_of_the_gateway_take_forms_without_a_token() -> None:
    exempt = {path for path, found in patterns() if getattr(found.callback, "csrf_exempt", False)}
    with_a_form = {path for path in exempt if not is_call(f"/{path}")}
    assert with_a_form == {"gateway/feedback/", "orders/card-return/"}


def test_every_address_refuses_a_card_number(client: Client, everyone_may: Staff) -> None:
    client.force_login(everyone_may)
    answers = [client.post(path, {"note": CARDS[0]}) for path in addresses()]
    answers += [client.get(path, {"q": CARDS[1]}) for path in addresses()]
    assert {answer.status_code for answer in answers} == {400}
    assert counters.today("card_number_refused") == len(answers)


def test_no_column_is_made_for_a_card_number_or_a_cvv() -> None:
    columns = {
        field.name for model in apps.get_models() for field in model._meta.get_fields()
    }  # fmt: skip
    assert not columns & {"card_number", "pan", "cvv", "cvc", "card_security_code", "csc"}


def test_no_form_of_ours_has_a_card_field() -> None:
    names = set()
    for path in Path(settings.BASE_DIR, "orders/forms").glob("*.py"):
        module = import_module(f"orders.forms.{path.stem}")
        for thing in vars(module).values():
            names |= set(getattr(thing, "base_fields", {}))
    assert "amount" in names
    assert not names & {"card_number", "expiry_date", "card_security_code", "cvv"}


def test_after_a_charge_with_a_new_card_no_row_and_no_page_holds_its_number(
    client: Client, gateway: Sandbox, everyone_may: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        operation = charge_new(everyone_may, VISA, keep=True)
    client.force_login(everyone_may)
    pages = ["/orders/", operation.order.get_absolute_url(), "/orders/?q=0001", "/admin/orders/"]
    shown = "".join(client.get(path).content.decode() for path in pages)
    assert operation.status == "approved"
    assert "0001" in shown
    for sink in (shown, everything_stored(), str([vars(record) for record in caplog.records])):
        assert VISA not in sink
        assert "4005 5500 0000 0001" not in sink


def everything_stored() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return str(rows)
