from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from orders.models import Customer, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import audit
from tests.factories import OrderFactory


def fill(folder: Path) -> None:
    """A small practice office."""
    call_command("demo", "--orders", "8", "--days", "5", "--books", str(folder / "books.sqlite3"))


def test_it_fills_an_empty_office_once(
    transactional_db: None,
    free_address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for said in ("10 orders over 5 days.", "There are orders already; nothing was added."):
        fill(tmp_path)
        assert capsys.readouterr().out == f"{said}\n"
        assert (Order.objects.count(), Staff.objects.count()) == (10, 5)
    assert list(audit.verify()) == []


def test_where_there_are_orders_only_missing_staff_are_added(
    db: None, free_address: str, tmp_path: Path
) -> None:
    OrderFactory()
    fill(tmp_path)
    assert Order.objects.count() == 1
    assert Staff.objects.filter(username="supervisor").exists()
    assert not (tmp_path / "books.sqlite3").exists()


@pytest.mark.parametrize("setting", ["DEMO", "IS_PRACTICE"])
def test_it_touches_nothing_outside_a_practice_office(
    db: None, settings: Settings, free_address: str, tmp_path: Path, setting: str
) -> None:
    setattr(settings, setting, False)
    with pytest.raises(CommandError, match="practice office only"):
        fill(tmp_path)
    assert not Staff.objects.exists()


def test_a_stand_in_that_cannot_start_is_a_sentence(
    transactional_db: None, free_address: str, tmp_path: Path
) -> None:
    port = int(free_address.rsplit(":", 1)[1])
    with Sandbox(port=port), pytest.raises(CommandError, match="cannot start on"):
        fill(tmp_path)
    assert not Customer.objects.exists()
