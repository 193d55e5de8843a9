"""Faults 73 and 76 to 78: asking what became of a charge. ``docs/faults.md`` names the tests."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from pytest_django.fixtures import Settings

from orders import clock
from orders.errors import Conflict, Refused
from orders.models import Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, place, release, resolve
from orders.states import Status
from tests import steps
from tests.factories import OperationFactory
from tests.gateway.scripted import Gateway, hangs, resets, says, sends, signed
from tests.together import together

NOT_FOUND = {"status": "12", "response_code": "12036"}


@pytest.fixture
def scripted(settings: Settings) -> Iterator[Gateway]:
    """A gateway that says what a test wants about any charge."""
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    settings.APS_API_URL = server.url
    settings.CHARGE_DEADLINE_S = 0.5
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def saying(settings: Settings, **answer: str) -> object:
    return says(dict(answer), sign=partial(signed, phrase=settings.APS_SHA_RESPONSE_PHRASE))


def asked_after(operation: Operation, minutes: float) -> Operation:
    with clock.at(clock.now() + timedelta(minutes=minutes)):
        return ask.ask(operation=operation)


@pytest.mark.parametrize("count", [1, 5])
def test_fault_73_any_number_of_resolvers_comes_to_the_same(
    transactional_db: None, agent: Staff, gateway: Sandbox, settings: Settings, count: int
) -> None:
    settings.RESOLVE_BREAKER_AFTER = 1000
    lost = [steps.charge_new(agent, amount_minor=10_920) for _each in range(6)]

    def resolve_later() -> int:
        with clock.at(clock.now() + timedelta(minutes=1)):
            return resolve.once()

    results = together(*[resolve_later] * count)
    for operation in lost:
        operation.refresh_from_db()
        assert operation.status == Status.APPROVED
        assert operation.order.events.filter(kind="purchase_approved").count() == 1
    assert all(isinstance(one, int) for one in results)


def test_fault_73_lease_of_a_resolver_that_hangs_runs_out(agent: Staff, gateway: Sandbox) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    Operation.objects.filter(pk=operation.pk).update(
        lease_until=clock.now() + timedelta(seconds=90)
    )
    for seconds, status in ((80, Status.UNKNOWN), (100, Status.APPROVED)):
        with clock.at(clock.now() + timedelta(seconds=seconds)):
            resolve.once()
        operation.refresh_from_db()
        assert operation.status == status


def test_fault_76_success_that_shows_after_two_not_founds_is_found(
    agent: Staff, gateway: Sandbox
) -> None:
    gateway.set(time_scale=0.001)
    operation = steps.charge_new(agent, amount_minor=10_920)
    Operation.objects.filter(pk=operation.pk).update(
        not_found_count=2, not_found_first_at=clock.now() - timedelta(hours=1)
    )
    assert asked_after(operation, 30).status == Status.APPROVED


@pytest.mark.parametrize(
    "behave",
    [
        hangs,
        resets,
        sends(b"<html>", 500),
        sends(b"{}"),
        says(NOT_FOUND, sign=partial(signed, phrase="forged")),
    ],
    ids=["silence", "reset", "http 500", "nothing", "forged"],
)
def test_fault_77_question_without_an_answer_is_no_information(
    db: None, scripted: Gateway, behave: object
) -> None:
    scripted.behave = behave  # type: ignore[assignment]
    operation = OperationFactory(unknown=True, not_found_count=2)
    operation = asked_after(operation, 30)
    assert (operation.status, operation.not_found_count) == (Status.UNKNOWN, 0)


def test_fault_77_not_found_about_another_reference_is_no_information(
    db: None, scripted: Gateway, settings: Settings
) -> None:
    scripted.behave = saying(settings, **NOT_FOUND, merchant_reference="MO-99999-1")  # type: ignore[assignment]
    operation = asked_after(OperationFactory(unknown=True, not_found_count=2), 30)
    assert (operation.status, operation.not_found_count) == (Status.UNKNOWN, 0)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("14000", Status.APPROVED),
        ("04000", Status.APPROVED),
        ("06000", Status.APPROVED),
        ("08000", Status.APPROVED),
        ("07666", Status.APPROVED),
        ("13666", Status.UNKNOWN),
        ("15777", Status.UNKNOWN),
    ],
)
def test_fault_78_last_act_on_a_charge_proves_that_it_was_made(
    db: None, scripted: Gateway, settings: Settings, code: str, status: Status
) -> None:
    operation = OperationFactory(unknown=True)
    scripted.behave = saying(  # type: ignore[assignment]
        settings,
        status="12",
        response_code="12000",
        transaction_status=code[:2],
        transaction_code=code,
        fort_id="169996200000000001",
        captured_amount=str(operation.amount_minor),
    )
    assert asked_after(operation, 1).status == status


def test_fault_79_gateway_that_is_away_for_a_day_leaves_the_order_blocked_until_it_is_back(
    agent: Staff, supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = steps.charge_new(agent, amount_minor=10_920)
    reachable, settings.APS_API_URL = settings.APS_API_URL, "http://127.0.0.1:9/"
    for hour in range(1, 25):
        with clock.at(clock.now() + timedelta(hours=hour)):
            resolve.once()
            with pytest.raises((Conflict, Refused)):
                place.prepare_charge(
                    actor=agent, form_key=place.new_form_key(), order=operation.order
                )
            release.check(
                actor=supervisor,
                operation=Operation.objects.get(pk=operation.pk),
                typed_reference=operation.merchant_reference,
                reason="The gateway is away",
            )
    assert Operation.objects.get(pk=operation.pk).status == Status.UNKNOWN
    settings.APS_API_URL = reachable
    with clock.at(clock.now() + timedelta(hours=50)):
        resolve.once()
    assert Operation.objects.get(pk=operation.pk).status == Status.APPROVED
    assert gateway.count(operation.merchant_reference, "PURCHASE") == 1
