"""So many requests of a process may wait for the gateway; the pages keep the other threads."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from orders.errors import Refused
from orders.models import Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import ask, charge, place, wire_room
from orders.states import Status
from tests import steps
from tests.views.order_pages import signed_in


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def alone() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=alone)
    thread.start()
    return thread


def test_room_is_given_back_when_the_request_is_over(settings: Settings) -> None:
    settings.MAX_CHARGES_ON_WIRE = 1
    for key in ("one", "two"):
        with wire_room.claimed(key):
            assert wire_room.taken() == 1
        with wire_room.held(key):
            assert wire_room.taken() == 1
    assert wire_room.taken() == 0


def test_one_more_than_fits_is_refused(settings: Settings) -> None:
    settings.MAX_CHARGES_ON_WIRE = 2
    full = pytest.raises(Refused, match="Nothing was sent")
    with wire_room.asking(), wire_room.asking(), full as refused, wire_room.claimed("three"):
        pass
    assert refused.value.code == "wire_full"
    assert wire_room.taken() == 0


def test_room_is_given_back_when_the_claim_fails() -> None:
    with pytest.raises(ValueError, match="broken"), wire_room.claimed("one"):
        raise ValueError("broken")
    assert wire_room.taken() == 0


def test_the_same_form_twice_at_once_takes_one_place_and_keeps_it() -> None:
    with wire_room.claimed("one"):
        with pytest.raises(ValueError, match="broken"), wire_room.claimed("one"):
            raise ValueError("broken")
        assert wire_room.taken() == 1
    assert wire_room.taken() == 1


def test_room_that_nobody_used_is_free_again(settings: Settings) -> None:
    settings.CHARGE_DEADLINE_S = -wire_room.MARGIN_S
    with wire_room.claimed("one"):
        pass
    time.sleep(0.001)
    assert wire_room.taken() == 0


def test_a_charge_takes_room_until_it_is_answered(agent: Staff, gateway: Sandbox) -> None:
    card = steps.stored_card(agent)
    assert wire_room.taken() == 0
    placed = steps.place_stored(agent, card)
    assert wire_room.taken() == 1
    charge.proceed(placed)
    assert wire_room.taken() == 0


def test_an_order_with_a_new_card_takes_none(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.MAX_CHARGES_ON_WIRE = 1
    with wire_room.asking():
        operation = steps.enter_card(steps.place_new(agent))
        with pytest.raises(Refused) as refused:
            charge.charge(actor=agent, operation=operation)
    operation.refresh_from_db()
    assert (refused.value.code, operation.status) == ("wire_full", Status.PREPARED)
    assert charge.charge(actor=agent, operation=operation).status == Status.APPROVED


def test_fault_64_while_the_gateway_hangs_the_next_charge_is_refused_and_pages_live(
    transactional_db: None, agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    settings.MAX_CHARGES_ON_WIRE = 2
    card = steps.stored_card(agent)
    gateway.set(force="980", time_scale=1)
    hanging = [steps.place_stored(agent, card, amount_minor=amount) for amount in (8000, 9000)]
    threads = [in_thread(lambda one=one: charge.proceed(one)) for one in hanging]
    orders = Order.objects.count()
    with pytest.raises(Refused) as refused:
        steps.place_stored(agent, card)
    with pytest.raises(Refused):
        ask.ask(operation=_unknown(hanging[0].operation))
    page = signed_in(agent).get("/orders/")
    assert (page.status_code, refused.value.code) == (200, "wire_full")
    assert all(thread.is_alive() for thread in threads)
    assert Order.objects.count() == orders
    gateway.standin.stopping.set()
    for thread in threads:
        thread.join()
    gateway.standin.stopping.clear()
    gateway.set(force="")
    assert wire_room.taken() == 0
    assert charge.proceed(steps.place_stored(agent, card)).status == Status.APPROVED


def _unknown(operation: Operation) -> Operation:
    operation.status, operation.next_check_at = Status.UNKNOWN, None
    return operation


def test_another_try_for_an_order_is_refused_before_anything_is_stored(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    card = steps.stored_card(agent)
    order = steps.charge_new(agent, steps.DECLINED_VISA, customer=card.customer).order
    settings.MAX_CHARGES_ON_WIRE = 1
    with wire_room.asking(), pytest.raises(Refused):
        place.prepare_charge(
            actor=agent, form_key=place.new_form_key(), order=order, stored_card=card
        )
    assert order.operations.count() == 1
