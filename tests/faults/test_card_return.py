"""Faults 14 to 22: the browser's way back from the gateway. ``docs/faults.md`` names the tests."""

from urllib.parse import urlencode

import pytest
from django.conf import settings as office
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from orders.models import Event, Evidence, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services.card_entry import card_form
from orders.states import Status
from tests import steps
from tests.gateway.messages import resplits
from tests.services.test_feedback import message
from tests.views.order_pages import signed_in, words

URL = "/orders/card-return/"
FORM = "application/x-www-form-urlencoded"
Pairs = list[tuple[str, str]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def operation(agent: Staff, gateway: Sandbox) -> Operation:
    return steps.place_new(agent)


@pytest.fixture
def pairs(operation: Operation) -> Pairs:
    return steps.type_card(card_form(operation, language="en"))


def arrive(pairs: Pairs, **headers: str) -> HttpResponse:
    return Client().post(URL, urlencode(pairs), FORM, headers=headers)


def stands(operation: Operation) -> tuple[str, str]:
    operation.refresh_from_db()
    return operation.status, operation.token_name


def test_fault_14_return_replayed_a_thousand_times_changes_nothing(
    operation: Operation, pairs: Pairs, gateway: Sandbox
) -> None:
    browser, body = Client(), urlencode(pairs)
    for _time in range(1000):
        assert browser.post(URL, body, FORM).status_code == 303
    assert stands(operation) == (Status.PREPARED, dict(pairs)["token_name"])
    assert Evidence.objects.count() == 1
    assert Event.objects.filter(kind="card_received").count() == 1
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 0


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_fault_15_return_with_any_change_has_no_effect(
    operation: Operation, pairs: Pairs, data: st.DataObject
) -> None:
    body = bytearray(urlencode(pairs).encode())
    for _change in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    if bytes(body) == urlencode(pairs).encode():
        return
    answer = Client().post(URL, bytes(body), FORM)
    # Another spelling of the very same text is the same return; anything else is none.
    if answer.status_code == 400:
        assert stands(operation) == (Status.PREPARED, "")
    else:
        assert stands(operation) == (Status.PREPARED, dict(pairs)["token_name"])
        Operation.objects.filter(pk=operation.pk).update(token_name="")


def test_fault_16_every_way_to_cut_a_real_return_anew_is_refused(
    operation: Operation, pairs: Pairs
) -> None:
    cuts = list(resplits(dict(pairs)))
    assert len(cuts) > 100
    for cut in cuts:
        assert arrive(list(cut.items())).status_code == 400
    assert stands(operation) == (Status.PREPARED, "")


def test_fault_17_return_of_another_try_counts_for_that_one_alone(
    operation: Operation, pairs: Pairs, agent: Staff
) -> None:
    other = steps.place_new(agent)
    assert arrive(pairs)["Location"] == operation.order.get_absolute_url()
    assert stands(other) == (Status.PREPARED, "")
    forged = dict(pairs) | {"merchant_reference": other.merchant_reference}
    assert arrive(list(forged.items())).status_code == 400
    assert stands(other) == (Status.PREPARED, "")


def test_fault_18_messages_of_another_kind_are_no_return(
    operation: Operation, pairs: Pairs
) -> None:
    own_form = card_form(operation, language="en").fields
    charged = message(operation, token_name="t" * 32)
    for another in (own_form, charged):
        assert arrive(list(another.items())).status_code == 400
    feedback = Client().post("/gateway/feedback/", urlencode(pairs), FORM)
    assert feedback.status_code == 403
    assert stands(operation) == (Status.PREPARED, "")


def test_fault_19_card_that_was_refused_lets_another_be_typed(
    operation: Operation, agent: Staff
) -> None:
    arrive(steps.type_card(card_form(operation, language="en"), "4005550000000002"))
    assert stands(operation) == (Status.EXPIRED, "")
    page = words(signed_in(agent).get(operation.order.get_absolute_url()))
    assert "Card not accepted" in page
    assert signed_in(agent).get(f"/orders/{operation.order.number}/card/").status_code == 200


def test_fault_20_second_token_is_told_and_not_used(operation: Operation, pairs: Pairs) -> None:
    arrive(pairs)
    another = steps.type_card(card_form(operation, language="en"), "5123456789012346")
    assert arrive(another).status_code == 303
    assert stands(operation) == (Status.PREPARED, dict(pairs)["token_name"])
    assert operation.order.events.filter(kind="second_card").count() == 1


@pytest.mark.parametrize("extra", ["token_name", "token_name[]", "token_name[0]", "Token_Name"])
def test_fault_21_repeated_and_list_like_names_are_not_read(
    operation: Operation, pairs: Pairs, extra: str
) -> None:
    assert arrive([*pairs, (extra, "0" * 32)]).status_code == 400
    query = urlencode([*pairs, (extra, "0" * 32)])
    assert Client().get(f"{URL}?{query}").status_code == 400
    assert stands(operation) == (Status.PREPARED, "")


def test_fault_21_ten_megabytes_are_refused_before_they_are_read(
    operation: Operation, pairs: Pairs
) -> None:
    answer = arrive([*pairs, ("response_message", "x" * 10_000_000)])
    assert answer.status_code == 413
    assert stands(operation) == (Status.PREPARED, "")


def test_fault_22_address_of_the_return_is_never_taken_from_the_request(
    operation: Operation, agent: Staff, settings: Settings
) -> None:
    browser, page = signed_in(agent), f"/orders/{operation.order.number}/card/"
    assert browser.get(page, headers={"host": "evil.example"}).status_code == 400
    settings.ALLOWED_HOSTS = ["*"]
    shown = browser.get(page, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    assert f'name="return_url" value="{office.SITE_URL}{URL}"' in shown.content.decode()
    assert "evil.example" not in shown.content.decode()


def test_fault_22_return_that_was_signed_for_another_address_is_not_trusted(
    operation: Operation, pairs: Pairs, settings: Settings
) -> None:
    settings.SITE_URL = "https://other.example"
    assert arrive(pairs).status_code == 400
    assert stands(operation) == (Status.PREPARED, "")
