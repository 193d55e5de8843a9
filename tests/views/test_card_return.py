"""What the gateway's browser return may do, and what a forged one may not."""

from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from orders.models import Evidence, Operation
from orders.sandbox.server import Sandbox
from orders.services.card_entry import card_form
from orders.states import Source, Status
from tests import steps
from tests.factories import StaffFactory
from tests.views.order_pages import words

URL = "/orders/card-return/"
FORM = "application/x-www-form-urlencoded"
Pairs = list[tuple[str, str]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(gateway: Sandbox) -> Operation:
    return steps.place_new(StaffFactory(agent=True))


@pytest.fixture
def pairs(operation: Operation) -> Pairs:
    """What the gateway makes the browser post once the card was typed there."""
    return steps.type_card(card_form(operation, language="en"))


def arrive(pairs: Pairs) -> HttpResponse:
    """The browser, posted here from another site: no session, no token of a form."""
    client = Client(enforce_csrf_checks=True)
    return client.post(URL, urlencode(pairs), content_type=FORM)


def assert_no_effect(answer: HttpResponse, operation: Operation) -> None:
    operation.refresh_from_db()
    assert answer.status_code == 400
    assert (operation.status, operation.token_name) == (Status.PREPARED, "")
    assert not Evidence.objects.filter(verified=True).exists()


def test_token_is_stored_and_the_browser_sent_to_the_order(
    operation: Operation, pairs: Pairs, gateway: Sandbox
) -> None:
    answer = arrive(pairs)
    operation.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, f"/orders/{operation.order.number}/")
    assert operation.status == Status.PREPARED
    assert (operation.card_label, operation.expiry) == ("Visa •••• 0001", "3005")
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


def test_return_by_address_does_the_same(operation: Operation, gateway: Sandbox) -> None:
    pairs = steps.type_card(card_form(operation, language="en"))
    answer = Client().get(f"{URL}?{urlencode(pairs)}")
    operation.refresh_from_db()
    assert answer.status_code == 303
    assert operation.token_name


def test_refused_card_ends_the_try(operation: Operation) -> None:
    form = card_form(operation, language="en")
    answer = arrive(steps.type_card(form, "4005550000000002"))
    operation.refresh_from_db()
    assert answer.status_code == 303
    assert (operation.status, operation.token_name) == (Status.EXPIRED, "")


def test_replay_changes_nothing(operation: Operation, pairs: Pairs) -> None:
    arrive(pairs)
    operation.refresh_from_db()
    before = operation.__dict__.copy()
    assert arrive(pairs).status_code == 303
    operation.refresh_from_db()
    assert operation.token_name == before["token_name"]
    assert operation.evidence.count() == 1


def test_changed_token_is_not_believed(operation: Operation, pairs: Pairs) -> None:
    forged = [(name, "0" * 32 if name == "token_name" else value) for name, value in pairs]
    assert_no_effect(arrive(forged), operation)


def test_other_orders_reference_is_not_believed(operation: Operation, pairs: Pairs) -> None:
    other = steps.place_new(StaffFactory(agent=True))
    forged = [
        (name, other.merchant_reference if name == "merchant_reference" else value)
        for name, value in pairs
    ]
    assert_no_effect(arrive(forged), other)
    assert_no_effect(arrive(forged), operation)


@pytest.mark.parametrize("place", [0, -1])
def test_repeated_name_is_not_read(operation: Operation, pairs: Pairs, place: int) -> None:
    pairs.insert(place, ("token_name", "0" * 32))
    assert_no_effect(arrive(pairs), operation)


def test_fields_cut_anew_under_the_same_signature_are_not_read(
    operation: Operation, pairs: Pairs
) -> None:
    values = dict(pairs)
    values["response_message"] += f"return_url={values.pop('return_url')}"
    assert_no_effect(arrive(list(values.items())), operation)


def test_unknown_and_unsigned_fields_are_not_read(operation: Operation, pairs: Pairs) -> None:
    assert_no_effect(arrive([*pairs, ("amount", "1")]), operation)
    assert_no_effect(arrive([one for one in pairs if one[0] != "signature"]), operation)
    assert_no_effect(arrive([]), operation)


def test_body_of_another_kind_is_not_read(operation: Operation, pairs: Pairs) -> None:
    client = Client()
    assert_no_effect(client.post(URL, dict(pairs)), operation)
    assert_no_effect(client.post(URL, dict(pairs), content_type="application/json"), operation)
    assert_no_effect(client.post(f"{URL}?x=1", urlencode(pairs), content_type=FORM), operation)
    assert_no_effect(client.post(URL, b"\xff\xfe=%zz&&", content_type=FORM), operation)


def test_return_without_cvv_is_no_return_of_a_call(operation: Operation, pairs: Pairs) -> None:
    order = operation.order
    order.source = Source.POST
    order.save(update_fields=["source"])
    assert_no_effect(arrive(pairs), operation)


def test_forged_returns_all_see_one_and_the_same_page(operation: Operation, pairs: Pairs) -> None:
    unknown = arrive([("merchant_reference", "MO-99999-1"), ("signature", "0" * 64)])
    known = arrive([("merchant_reference", operation.merchant_reference), ("signature", "0" * 64)])
    assert words(unknown) == words(known)
    assert operation.order.number not in known.content.decode()


def test_nothing_but_get_and_post_is_answered(operation: Operation) -> None:
    for method in ("head", "put", "patch", "delete", "options"):
        assert getattr(Client(), method)(URL).status_code == 405
