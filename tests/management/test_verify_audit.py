import pytest
from django.core.management import CommandError, call_command

from orders.models import Order
from orders.services import audit
from tests.factories import OrderFactory
from tests.services.test_audit import tampered


@pytest.fixture
def order(db: None) -> Order:
    """An order with three events, beside the trail of accounts."""
    order = OrderFactory()
    for kind in ("order_taken", "purchase_sending", "purchase_approved"):
        audit.record(order, kind)
    audit.record_account("signed_in", actor=order.taken_by)
    return order


def verify(*arguments: str) -> None:
    call_command("verify_audit", *arguments)


def test_a_whole_trail_is_said_to_be_in_order(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    verify()
    assert capsys.readouterr().out == "4 events, all in order.\n"


def test_no_trail_at_all_is_in_order(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    verify()
    assert capsys.readouterr().out == "0 events, all in order.\n"


def test_each_event_that_does_not_fit_is_named_and_the_end_is_an_error(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    tampered("UPDATE orders_event SET kind = 'x' WHERE position = 2")
    with pytest.raises(CommandError, match=r"1 events do not fit\."):
        verify()
    said = capsys.readouterr()
    assert said.err == f"{order.number}: event 2 was changed\n"
    assert said.out == ""


def test_a_missing_event_is_an_error(order: Order) -> None:
    tampered("DELETE FROM orders_event WHERE position = 2")
    with pytest.raises(CommandError):
        verify()


def test_one_chain_is_verified_by_itself(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    tampered("UPDATE orders_event SET reason = 'x' WHERE chain = 'accounts'")
    verify("--chain", order.number)
    assert capsys.readouterr().out == "3 events, all in order.\n"
    with pytest.raises(CommandError):
        verify("--chain", "accounts")


def test_a_chain_that_does_not_exist_is_not_in_order(order: Order) -> None:
    with pytest.raises(CommandError, match="MO-99999"):
        verify("--chain", "MO-99999")
