"""Many open charges at once: asked about in parallel, left alone while the gateway is away, all
asked as soon as it is back. And those that seemed not to happen: looked at again.
"""

import threading
from collections.abc import Iterator
from datetime import timedelta
from socketserver import ThreadingMixIn

import pytest
from django.db.models import QuerySet
from django.test import override_settings
from pytest_django.fixtures import Settings

from orders import clock
from orders.models import Breaker, Evidence, Heartbeat, Operation, Staff
from orders.sandbox.server import Sandbox
from orders.services import aps, ask, attention, breaker, leases, resolve
from orders.services.gateway_words import about
from orders.services.resolve import Resolver
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, StaffFactory
from tests.gateway.scripted import Gateway, Handler, says
from tests.together import together

NOBODY = "http://127.0.0.1:9/FortAPI/paymentApi"
NOT_FOUND = says({"status": "12", "response_code": "12036", "response_message": "Not found"})


class Crowd(ThreadingMixIn, Gateway):
    """Answers nobody before so many callers wait at the same time, and then all of them."""

    daemon_threads = True

    def __init__(self, callers: int) -> None:
        super().__init__()
        self.all_here = threading.Barrier(callers, timeout=20)
        self.behave = self.wait_for_all

    def wait_for_all(self, handler: Handler, request: dict[str, str]) -> None:
        self.all_here.wait()
        NOT_FOUND(handler, request)


@pytest.fixture
def crowd(settings: Settings) -> Iterator[Crowd]:
    server = Crowd(4)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    settings.APS_API_URL = server.url
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def unknowns(agent: Staff, count: int) -> list[Operation]:
    """Charges that the stand-in took, whose answer was lost; the silence is forgotten."""
    with override_settings(RESOLVE_BREAKER_AFTER=count + 1):
        made = [steps.charge_new(agent, amount_minor=10_920) for _each in range(count)]
    Breaker.objects.all().delete()
    return made


def round_after(resolver: Resolver, **waited: float) -> int:
    with clock.at(clock.now() + timedelta(**waited)):
        return resolver.round()


def test_questions_wait_for_the_gateway_together(
    db: None, crowd: Crowd, settings: Settings
) -> None:
    settings.RESOLVE_PARALLEL = 4
    for _each in range(4):
        OperationFactory(unknown=True)
    assert resolve.once() == 4
    assert set(Operation.objects.values_list("not_found_count", flat=True)) == {1}


def test_a_backlog_larger_than_all_threads_is_drained_in_one_round(
    agent: Staff, gateway: Sandbox
) -> None:
    operations = unknowns(agent, 20)
    round_after(Resolver(), hours=1)
    assert {one.status for one in Operation.objects.all()} == {Status.APPROVED}
    asked = [
        one["merchant_reference"] for one in gateway.requests if one["command"] == "CHECK_STATUS"
    ]
    assert sorted(asked) == sorted(one.merchant_reference for one in operations)


def test_a_gateway_that_is_away_is_left_alone(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    unknowns(agent, 6)
    settings.APS_API_URL, settings.RESOLVE_PARALLEL, settings.RESOLVE_BREAKER_AFTER = NOBODY, 1, 3
    round_after(Resolver(), hours=1)
    assert Operation.objects.filter(checks__gt=0).count() == 3
    assert breaker.is_away()


def test_all_are_asked_as_soon_as_the_gateway_is_back(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    unknowns(agent, 6)
    settings.APS_API_URL, settings.RESOLVE_BREAKER_AFTER = NOBODY, 3
    for minutes in (60, 61, 62):
        round_after(Resolver(), minutes=minutes)
    assert Breaker.objects.get().probes == 2
    settings.APS_API_URL = gateway.api_url
    round_after(Resolver(), minutes=63)
    assert {one.status for one in Operation.objects.all()} == {Status.APPROVED}


def test_fault_79_a_gateway_that_is_away_for_a_day_loses_nothing(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operations = unknowns(agent, 6)
    settings.APS_API_URL = NOBODY
    for hours in range(1, 25):
        round_after(Resolver(), hours=hours)
    silences = Evidence.objects.filter(source="check", reason="no_connection")
    assert silences.count() < settings.RESOLVE_BREAKER_AFTER
    with clock.at(clock.now() + timedelta(hours=24)):
        waiting = attention.waiting(StaffFactory(supervisor=True)).items
        assert {(item.colour, item.may_release) for item in waiting} == {("red", True)}
    assert [item.operation for item in waiting] == operations
    settings.APS_API_URL = gateway.api_url
    round_after(Resolver(), hours=24, minutes=1)
    assert {one.status for one in Operation.objects.all()} == {Status.APPROVED}
    assert all(gateway.count(one.merchant_reference, "PURCHASE") == 1 for one in operations)


def test_who_finds_out_asks_about_a_charge_that_the_gateway_knows(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    known = steps.charge_new(agent)
    unknowns(agent, 1)
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        breaker.heard(answered=False)
    assert ask.find_out() is None
    with clock.at(clock.now() + timedelta(seconds=3)):
        assert ask.find_out()
    assert gateway.count(known.merchant_reference, "CHECK_STATUS") == 1
    assert not breaker.is_away()


def test_fault_73_three_resolvers_send_one_question_a_pause(
    transactional_db: None, agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    unknowns(agent, 6)
    for _each in range(settings.RESOLVE_BREAKER_AFTER):
        breaker.heard(answered=False)
    Breaker.objects.update(try_at=clock.now())
    settings.APS_API_URL = NOBODY
    together(*[resolve.once] * 3)
    assert Breaker.objects.get().probes == 1
    assert Operation.objects.filter(checks__gt=0).count() == 0


def test_a_charge_that_arrives_after_it_was_believed_absent_is_found(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = _not_charged(agent)
    aps.client().purchase(
        merchant_reference=operation.merchant_reference,
        amount_minor=operation.amount_minor,
        currency=operation.currency,
        token_name=operation.token_name,
        **about(operation.order),
    )
    round_after(Resolver(), minutes=29)
    operation.refresh_from_db()
    assert operation.status == Status.NOT_CHARGED
    round_after(Resolver(), hours=2)
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED
    assert operation.order.status == OrderStatus.CHARGED
    assert operation.order.events.filter(kind="late_success").exists()


def test_what_was_not_charged_is_looked_at_four_times_and_then_left_alone(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = _not_charged(agent)
    before = gateway.count(operation.merchant_reference, "CHECK_STATUS")
    for hours in (1, 2, 3, 8, 9, 30, 31, 90, 91, 300):
        round_after(Resolver(), hours=hours)
    operation.refresh_from_db()
    assert gateway.count(operation.merchant_reference, "CHECK_STATUS") - before == 4
    assert (operation.status, operation.next_check_at) == (Status.NOT_CHARGED, None)


def test_a_look_that_nobody_answered_is_made_up_for(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    operation = _not_charged(agent)
    settings.APS_API_URL = NOBODY
    at = clock.now() + timedelta(hours=100)
    with clock.at(at):
        resolve.once()
    operation.refresh_from_db()
    assert operation.next_check_at == at + timedelta(hours=1)


def test_what_was_let_go_of_is_looked_at_too(agent: Staff, gateway: Sandbox) -> None:
    operation = unknowns(agent, 1)[0]
    operation.move(Status.RELEASED, next_check_at=clock.now(), settled_at=clock.now())
    resolve.once()
    operation.refresh_from_db()
    assert operation.status == Status.APPROVED


def test_what_a_person_sent_again_meanwhile_is_left_to_its_request(
    agent: Staff, gateway: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = _not_charged(agent)
    claim = leases.claim

    def claimed_just_before(due: QuerySet[Operation], most: int) -> list[Operation]:
        rows = claim(due, most)
        for row in rows:
            row.move(Status.SENDING, next_check_at=clock.now() + timedelta(seconds=45))
        return rows

    monkeypatch.setattr(leases, "claim", claimed_just_before)
    round_after(Resolver(), hours=2)
    operation.refresh_from_db()
    assert (operation.status, operation.lease_until) == (Status.SENDING, None)


def test_every_round_is_a_sign_of_life(db: None) -> None:
    resolver = Resolver()
    resolver.round()
    assert Heartbeat.objects.get().name == resolver.heart.name


def test_a_resolver_that_was_asked_to_stop_begins_nothing(agent: Staff, gateway: Sandbox) -> None:
    unknowns(agent, 1)
    resolver = Resolver()
    resolver.stop.set()
    assert round_after(resolver, hours=1) == 0


@pytest.mark.django_db(transaction=True)
def test_several_resolvers_ask_about_each_charge_once(gateway: Sandbox, agent: Staff) -> None:
    operations = unknowns(agent, 12)
    Operation.objects.update(next_check_at=clock.now())
    worked = together(*[resolve.once] * 3)
    assert sum(worked) >= len(operations)  # type: ignore[arg-type]
    for operation in operations:
        assert gateway.count(operation.merchant_reference, "CHECK_STATUS") == 1


def _not_charged(agent: Staff) -> Operation:
    """A charge claimed and never sent, whose absence was believed half an hour later."""
    operation = steps.place_stored(agent, steps.stored_card(agent)).operation
    for minutes in (1, 10, 28):
        round_after(Resolver(), minutes=minutes)
    operation.refresh_from_db()
    assert operation.status == Status.NOT_CHARGED
    return operation
