"""Fault 72: an older backup was restored. What the office forgot, the gateway still knows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from orders.errors import Refused
from orders.models import Operation, Staff, StoredCard
from orders.sandbox.server import Sandbox
from orders.services import ask, charge, place, resend
from orders.states import OrderStatus, Status
from tests import steps
from tests.factories import OperationFactory, OrderFactory
from tests.faults.test_clicks import stored
from tests.services.after_sale import act
from tests.services.test_feedback import deliver, message, settled
from tests.views.order_pages import signed_in, words

Restore = Callable[[], None]


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], Restore]]:
    """Takes a backup of the whole database when it is called; what it returns restores it."""
    name, copy = str(connection.settings_dict["NAME"]), f"{connection.settings_dict['NAME']}_copy"

    def administer(*statements: str) -> None:
        connection.close()
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            for statement in statements:
                cursor.execute(statement)

    def restore_sqlite() -> None:
        connection.close()
        Path(name).write_bytes((tmp_path / "backup").read_bytes())

    def restore_postgresql() -> None:
        administer(
            f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{copy}"'
        )

    def take() -> Restore:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(tmp_path / "backup")])
            return restore_sqlite
        administer(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        return restore_postgresql

    yield take
    if connection.vendor == "postgresql":
        administer(f'DROP DATABASE IF EXISTS "{copy}"')


def press(agent: Staff, order: object, card: StoredCard) -> Operation:
    placed = place.prepare_charge(
        actor=agent,
        form_key=place.new_form_key(),
        order=order,  # type: ignore[arg-type]
        stored_card=card,
    )
    return charge.proceed(placed)


def test_fault_72_charge_that_a_restore_forgot_is_found_and_not_made_again(
    backup: Callable[[], Restore], agent: Staff, gateway: Sandbox
) -> None:
    card = steps.stored_card(agent)
    order = OrderFactory(customer=card.customer, amount_minor=12_500, currency="AED")
    restore = backup()
    first = press(agent, order, card)
    assert first.status == Status.APPROVED
    restore()
    assert not order.operations.exists()

    again = press(agent, order, card)
    assert (again.merchant_reference, again.status) == (first.merchant_reference, Status.UNKNOWN)
    again = ask.ask(operation=again)
    order.refresh_from_db()
    assert (again.status, again.fort_id) == (Status.APPROVED, first.fort_id)
    assert order.status == OrderStatus.CHARGED
    assert gateway.order(first.merchant_reference).captured == 12_500


def test_fault_72_nothing_new_is_charged_while_the_books_are_compared(
    agent: Staff, supervisor: Staff, gateway: Sandbox, settings: Settings
) -> None:
    card = steps.stored_card(agent)
    waiting = steps.enter_card(steps.place_new(agent))
    lost = OperationFactory(
        order=OrderFactory(customer=card.customer), sent=True, status="not_charged"
    )
    charged = OrderFactory(charged=True)
    declined = OrderFactory(declined=True, customer=card.customer)
    sent_before = len(gateway.requests)
    settings.RECONCILE_FIRST = True
    presses: list[Callable[[], object]] = [
        lambda: steps.place_stored(agent, card),
        lambda: steps.place_new(agent),
        lambda: press(agent, declined, card),
        lambda: charge.charge(actor=agent, operation=waiting),
        lambda: resend.resend(actor=agent, operation=lost),
        lambda: act("refund", supervisor, charged, 1),
    ]
    for press_it in presses:
        with pytest.raises(Refused) as refused:
            press_it()
        assert refused.value.code == "reconcile_first"
    waiting.refresh_from_db()
    assert waiting.status == Status.PREPARED
    assert len(gateway.requests) == sent_before


def test_fault_72_the_page_says_why_nothing_is_charged(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    form = stored(steps.stored_card(agent))
    settings.RECONCILE_FIRST = True
    answer = signed_in(agent).post("/orders/new/", form)
    assert answer.status_code == 422
    assert "No card is charged now" in words(answer)
    assert "No card is charged now" in words(signed_in(agent).get("/orders/"))


def test_fault_72_evidence_counts_while_the_books_are_compared(
    agent: Staff, gateway: Sandbox, settings: Settings
) -> None:
    unanswered = steps.charge_new(agent, amount_minor=10_920)
    told = OperationFactory(unknown=True)
    settings.RECONCILE_FIRST = True
    assert ask.ask(operation=unanswered).status == Status.APPROVED
    deliver(message(told))
    assert settled(told).status == Status.APPROVED
