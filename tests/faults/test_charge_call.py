"""Faults 28 to 47: the one request of a charge and its answer. See ``docs/faults.md``."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict
from orders.models import Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, place, resend, resolve
from orders.states import OrderStatus, Status
from tests import steps
from tests.gateway.scripted import Gateway, says, signed
from tests.gateway.test_wire import free_port

BASE = 10_000


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    return steps.stored_card(agent)


def charged(agent: Staff, card: StoredCard, digits: int) -> Operation:
    """A charge that ends as the last three digits of its amount ask."""
    return charge.proceed(steps.place_stored(agent, card, amount_minor=BASE + digits))


def resolve_after(operation: Operation, *minutes: float) -> Operation:
    for one in minutes:
        with clock.at(clock.now() + timedelta(minutes=one)):
            resolve.once()
    return Operation.objects.select_related("order").get(pk=operation.pk)


def kinds(operation: Operation) -> set[str]:
    return set(operation.order.events.values_list("kind", flat=True))


def test_fault_28_closed_port_charges_nothing_and_may_be_sent_again(
    agent: Staff, card: StoredCard, gateway: Sandbox, settings: Settings
) -> None:
    reachable, settings.APS_API_URL = settings.APS_API_URL, f"http://127.0.0.1:{free_port()}/"
    operation = charged(agent, card, 0)
    assert operation.status == Status.NOT_CHARGED
    settings.APS_API_URL = reachable
    assert resend.resend(actor=agent, operation=operation).status == Status.APPROVED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


@pytest.mark.parametrize("digits", [930, 710], ids=["dropped", "http 500"])
def test_fault_29_and_31_request_that_was_lost_is_not_charged_after_the_window(
    agent: Staff, card: StoredCard, gateway: Sandbox, digits: int
) -> None:
    operation = charged(agent, card, digits)
    assert operation.status == Status.UNKNOWN
    assert resolve_after(operation, 1, 10).status == Status.UNKNOWN
    assert resolve_after(operation, 28).status == Status.NOT_CHARGED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


@pytest.mark.parametrize(
    "digits",
    [920, 970, 720, 830, 860],
    ids=["reset", "http 500", "html", "signature", "technical problem"],
)
def test_fault_30_and_31_and_33_and_34_and_35_unproven_charge_is_found(
    agent: Staff, card: StoredCard, gateway: Sandbox, digits: int
) -> None:
    operation = charged(agent, card, digits)
    assert operation.status == Status.UNKNOWN
    operation = resolve_after(operation, 1)
    assert (operation.status, operation.order.status) == (Status.APPROVED, OrderStatus.CHARGED)
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1


def test_fault_30_timeout_of_a_charge_that_happened_is_found(
    agent: Staff, card: StoredCard, gateway: Sandbox, settings: Settings
) -> None:
    settings.CHARGE_DEADLINE_S = 0.5
    operation = charged(agent, card, 980)
    assert (operation.status, operation.problem) == (Status.UNKNOWN, "timeout")
    settings.CHARGE_DEADLINE_S = 40
    assert resolve_after(operation, 1).status == Status.APPROVED


def test_fault_36_signed_success_of_another_amount_alarms_and_is_settled_by_asking(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = charged(agent, card, 840)
    assert (operation.status, operation.problem) == (Status.UNKNOWN, "amount_differs")
    assert operation.order.captured_minor == 0
    assert "mismatch" in kinds(operation)
    operation = resolve_after(operation, 1)
    assert (operation.status, operation.order.captured_minor) == (Status.APPROVED, BASE + 840)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1"},
        {"currency": "SAR"},
        {"merchant_reference": "MO-99999-1"},
        {"token_name": "0" * 32},
        {"eci": "ECOMMERCE"},
        {"merchant_identifier": "Another"},
        {"command": "AUTHORIZATION"},
        {"fort_id": ""},
    ],
    ids=str,
)
def test_fault_36_success_of_anything_else_is_never_paid(
    agent: Staff, card: StoredCard, settings: Settings, change: dict[str, str]
) -> None:
    success = {"status": "14", "response_code": "14000", "fort_id": "169996200000000001"}
    operation = _answered(agent, card, settings, success | change)
    assert operation.status == Status.UNKNOWN
    assert operation.order.captured_minor == 0


def test_fault_37_status_and_code_that_disagree_prove_nothing(
    agent: Staff, card: StoredCard, settings: Settings
) -> None:
    pairs = (("14", "13666"), ("13", "14000"), ("04", "20064"), ("00", "14000"))
    for number, (status, code) in enumerate(pairs):
        answer = {"status": status, "response_code": code, "fort_id": "1697"}
        operation = _answered(agent, card, settings, answer, amount_minor=20_000 + number)
        assert operation.status == Status.UNKNOWN


@pytest.mark.parametrize(
    "code",
    "14999 15000 19000 20000 01000 10000 40000 13006 00006 13773 13777 13778 13779 13780 13781"
    " 13784 20064 00007 00066 00047".split(),
)
def test_faults_38_to_41_code_on_no_list_is_asked_about_and_blocks_the_order(
    agent: Staff, card: StoredCard, settings: Settings, code: str
) -> None:
    operation = _answered(agent, card, settings, {"status": code[:2], "response_code": code})
    assert operation.status == Status.UNKNOWN
    with pytest.raises(Conflict):
        place.prepare_charge(
            actor=agent, form_key=place.new_form_key(), order=operation.order, stored_card=card
        )


def test_fault_40_three_d_secure_asked_by_telephone_is_not_charged_after_the_window(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = charged(agent, card, 880)
    assert operation.status == Status.UNKNOWN
    operation = resolve_after(operation, 1, 10, 28)
    assert operation.status in {Status.UNKNOWN, Status.NOT_CHARGED, Status.DECLINED}
    assert operation.order.captured_minor == 0


def test_fault_41_reference_that_was_used_before_is_asked_about_and_never_changed(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    placed = steps.place_stored(agent, card)
    charge.request_of(placed.operation)()  # somebody sent it before
    operation = charge.proceed(placed)
    assert (operation.status, operation.response_code) == (Status.UNKNOWN, "00007")
    operation = resolve_after(operation, 1)
    assert operation.status == Status.APPROVED
    assert operation.order.operations.count() == 1


def test_fault_42_proven_decline_lets_another_try_have_another_reference(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    operation = charged(agent, card, 820)
    assert (operation.status, operation.response_code) == (Status.DECLINED, "13666")
    again = place.prepare_charge(
        actor=agent, form_key=place.new_form_key(), order=operation.order, stored_card=card
    )
    assert again.operation.merchant_reference == f"{operation.order.number}-2"


def _answered(
    agent: Staff, card: StoredCard, settings: Settings, answer: dict[str, str], **changes: object
) -> Operation:
    """A charge that a gateway answered with the request's echo and ``answer``, signed."""
    phrase = settings.APS_SHA_RESPONSE_PHRASE
    server = Gateway()
    server.behave = says(dict(answer), sign=partial(signed, phrase=phrase))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    settings.APS_API_URL = server.url
    operation = charge.proceed(steps.place_stored(agent, card, **changes))
    assert len(server.received) == 1
    server.shutdown()
    server.server_close()
    thread.join()
    return operation
