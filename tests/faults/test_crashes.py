"""Faults 23 to 27 and 65 to 68: a process dies (kill -9) at every point of a charge."""

import time
from datetime import timedelta
from functools import partial

import pytest

from orders import clock
from orders.models import Operation, Order, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import charge, place, resolve
from orders.states import Status
from tests import steps
from tests.faults.processes import Process, nobody_commits, until

pytestmark = pytest.mark.django_db(transaction=True)
INSIDE_S = 0.5  # long enough to be waiting for the lock


@pytest.fixture
def card(agent: Staff, gateway: Sandbox) -> StoredCard:
    return steps.stored_card(agent)


def last() -> Operation:
    return Operation.objects.latest("pk")


def is_asked(gateway: Sandbox, operation: Operation) -> int:
    return gateway.count(operation.merchant_reference, "PURCHASE")


def charging(gateway: Sandbox, agent: Staff, card: StoredCard, *, amount_minor: int) -> Process:
    """A process that waits for the gateway's answer to a charge of its own."""
    before = last().pk
    process = Process(
        lambda: charge.proceed(steps.place_stored(agent, card, amount_minor=amount_minor))
    )
    until(lambda: last().pk > before and is_asked(gateway, last()) == 1)
    return process


def resolve_after(*minutes: float) -> None:
    """Rounds of the resolver, so long from now."""
    for one in minutes:
        with clock.at(clock.now() + timedelta(minutes=one)):
            resolve.once()


def test_fault_23_death_before_the_intent_is_committed_leaves_nothing(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    orders, sent = Order.objects.count(), len(gateway.requests)
    with nobody_commits():
        process = Process(lambda: charge.proceed(steps.place_stored(agent, card)))
        time.sleep(INSIDE_S)
        process.kill()
    assert (Order.objects.count(), len(gateway.requests)) == (orders, sent)


def test_fault_24_death_between_intent_and_claim_is_never_sent(
    agent: Staff, gateway: Sandbox
) -> None:
    assert Process(lambda: steps.enter_card(steps.place_new(agent))).wait() == 0
    assert last().token_name
    resolve_after(16)
    assert last().status == Status.EXPIRED
    assert is_asked(gateway, last()) == 0


def test_fault_25_death_before_the_claim_is_committed_is_never_sent(
    agent: Staff, gateway: Sandbox
) -> None:
    operation = steps.enter_card(steps.place_new(agent))
    with nobody_commits():
        process = Process(lambda: charge.charge(actor=agent, operation=operation))
        time.sleep(INSIDE_S)
        process.kill()
    assert last().status == Status.PREPARED
    resolve_after(16)
    assert last().status == Status.EXPIRED
    assert is_asked(gateway, operation) == 0


def test_fault_26_death_after_the_claim_is_asked_about_and_never_sent(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    assert Process(lambda: steps.place_stored(agent, card)).wait() == 0
    assert last().status == Status.SENDING
    resolve_after(1, 10)
    assert last().status == Status.UNKNOWN
    resolve_after(28)
    assert last().status == Status.NOT_CHARGED
    assert is_asked(gateway, last()) == 0


def test_fault_27_death_while_the_gateway_charges_is_found(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    process = charging(gateway, agent, card, amount_minor=10_980)
    process.kill()
    assert last().status == Status.SENDING
    resolve_after(1)
    assert last().status == Status.APPROVED
    assert is_asked(gateway, last()) == 1


def test_fault_27_death_before_the_answer_is_committed_is_found(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    gateway.set(time_scale=0.2)
    process = charging(gateway, agent, card, amount_minor=10_910)
    with nobody_commits():
        time.sleep(0.6 + INSIDE_S)  # the answer came, and waits to be written
        process.kill()
    assert last().status == Status.SENDING
    assert not last().evidence.exists()
    resolve_after(1)
    assert last().status == Status.APPROVED
    assert is_asked(gateway, last()) == 1


def test_fault_65_what_a_dead_process_left_is_not_sent_by_pressing_again(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    key = place.new_form_key()
    assert Process(lambda: steps.place_stored(agent, card, form_key=key)).wait() == 0
    for _press in range(3):
        assert charge.proceed(steps.place_stored(agent, card, form_key=key)) == last()
    assert last().status == Status.SENDING
    assert is_asked(gateway, last()) == 0


def test_fault_68_four_processes_at_once_lose_and_double_nothing(
    agent: Staff, card: StoredCard, gateway: Sandbox
) -> None:
    before = Order.objects.count()

    def take_five(first: int) -> None:
        for number in range(first, first + 5):
            charge.proceed(steps.place_stored(agent, card, amount_minor=20_000 + number))

    processes = [Process(partial(take_five, first)) for first in (0, 5, 10, 15)]
    assert [one.wait() for one in processes] == [0] * 4
    taken = Operation.objects.order_by("pk")[before:]
    assert {one.status for one in taken} == {Status.APPROVED}
    assert [is_asked(gateway, one) for one in taken] == [1] * 20
