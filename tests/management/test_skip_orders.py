import pytest
from django.core.management import CommandError, call_command

from orders.models import Event, Order
from tests.factories import OrderFactory


def test_the_next_order_comes_after_the_number_that_was_named(
    transactional_db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    prefix, last = OrderFactory().number.split("-")
    call_command("skip_orders", str(int(last) + 500))
    assert capsys.readouterr().out == f"The next order comes after {prefix}-{int(last) + 500}.\n"
    assert OrderFactory().number == f"{prefix}-{int(last) + 501}"
    told = Event.objects.get(kind="orders_skipped").data
    assert (told["after"], told["past"]) == (f"{prefix}-{last}", f"{prefix}-{int(last) + 500}")


def test_numbers_never_go_back(db: None) -> None:
    OrderFactory()
    last = OrderFactory()
    with pytest.raises(CommandError, match=last.number):
        call_command("skip_orders", last.number.split("-")[1])
    assert OrderFactory().pk == last.pk + 1


def test_an_empty_office_has_nothing_to_skip(db: None) -> None:
    with pytest.raises(CommandError, match="no orders"):
        call_command("skip_orders", "20000")
    assert not Order.objects.exists()
