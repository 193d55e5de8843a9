import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.management.commands import export_state
from orders.sandbox.server import Sandbox
from orders.services import audit
from tests import steps
from tests.factories import OperationFactory, OrderFactory, OutsidePaymentFactory, StaffFactory


def exported(folder: Path) -> dict[str, Any]:
    """What the command wrote."""
    call_command("export_state", "--json", str(folder / "state.json"), verbosity=0)
    told: dict[str, Any] = json.loads((folder / "state.json").read_text())
    return told


def test_an_order_is_exported_as_people_see_it(db: None, tmp_path: Path) -> None:
    order = OrderFactory(paid=True)
    assert exported(tmp_path)["orders"] == [
        {
            "number": order.number,
            "amount_minor": 250_500,
            "currency": "KWD",
            "amount": "KWD 250.500",
            "status": "paid",
            "charged": True,
            "paid": True,
            "paid_outside": "",
        }
    ]


def test_an_operation_is_exported_as_the_gateway_knows_it(db: None, tmp_path: Path) -> None:
    charge = OrderFactory(charged=True).operations.get()
    assert exported(tmp_path)["operations"] == [
        {
            "order": charge.order.number,
            "kind": "purchase",
            "merchant_reference": charge.merchant_reference,
            "maintenance_reference": "",
            "fort_id": charge.fort_id,
            "amount_minor": 250_500,
            "currency": "KWD",
            "status": "approved",
            "resends": 0,
            "external": False,
            "reversed": False,
            "alarm": False,
        }
    ]


@pytest.mark.parametrize(
    ("trait", "charged", "paid"),
    [("charged", True, False), ("paid", True, True), ("reserved", False, False),
     ("refunded", True, False), ("declined", False, False), ("unknown", False, False)],
)  # fmt: skip
def test_charged_and_paid_are_told_apart(
    db: None, tmp_path: Path, trait: str, charged: bool, paid: bool
) -> None:
    OrderFactory(**{trait: True})
    (order,) = exported(tmp_path)["orders"]
    assert (order["charged"], order["paid"]) == (charged, paid)


def test_paid_outside_the_gateway_is_neither_charged_nor_paid(db: None, tmp_path: Path) -> None:
    order = OrderFactory(status="paid_outside")
    OutsidePaymentFactory(order=order, taken_back=True, method="cash")
    OutsidePaymentFactory(order=order)
    OutsidePaymentFactory(order=OrderFactory(), taken_back=True)
    stands, taken_back = exported(tmp_path)["orders"]
    assert (stands["status"], stands["paid_outside"]) == ("paid_outside", "cheque")
    assert (stands["charged"], stands["paid"]) == (False, False)
    assert taken_back["paid_outside"] == ""


@pytest.mark.parametrize("kind", ["late_success", "contradiction"])
def test_an_alarm_is_told_of_the_operation_it_names(db: None, tmp_path: Path, kind: str) -> None:
    order = OrderFactory(declined=True)
    first = order.operations.get()
    OperationFactory(order=order, sent=True)
    audit.record(order, kind, operation=first)
    told = exported(tmp_path)["operations"]
    assert [one["alarm"] for one in told] == [True, False]


def test_other_events_are_no_alarm(db: None, tmp_path: Path) -> None:
    charge = OrderFactory(charged=True).operations.get()
    audit.record(charge.order, "marked_paid", operation=charge)
    assert not exported(tmp_path)["operations"][0]["alarm"]


def test_resends_and_refunds_are_told(db: None, tmp_path: Path) -> None:
    OperationFactory(sent=True, resends=2)
    refund = OrderFactory(part_refunded=True).operations.get(kind="refund")
    told = exported(tmp_path)["operations"]
    assert [(one["kind"], one["resends"]) for one in told] == [
        ("purchase", 2), ("purchase", 0), ("refund", 0)
    ]  # fmt: skip
    assert told[-1]["maintenance_reference"] == refund.maintenance_reference != ""


def test_it_agrees_with_what_the_gateway_did(db: None, gateway: Sandbox, tmp_path: Path) -> None:
    agent = StaffFactory(agent=True)
    steps.charge_new(agent, amount_minor=12_500)
    steps.charge_new(agent, steps.DECLINED_VISA)
    told = exported(tmp_path)
    charged = {one["number"] for one in told["orders"] if one["charged"]}
    taken = {
        one["order"]
        for one in told["operations"]
        if (entry := gateway.order(one["merchant_reference"])) and entry.captured
    }
    assert charged == taken
    assert len(taken) == 1


def test_more_than_a_batch_is_told_once_each(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_state, "BATCH", 2)
    numbers = [OrderFactory().number for _each in range(5)]
    assert [one["number"] for one in exported(tmp_path)["orders"]] == numbers


def test_nothing_at_all_is_an_empty_state(db: None, tmp_path: Path) -> None:
    assert exported(tmp_path) == {"orders": [], "operations": []}


def test_it_only_reads_and_tells_nothing_personal(db: None, tmp_path: Path) -> None:
    order = OrderFactory(charged=True)
    with CaptureQueriesContext(connection) as said:
        text = json.dumps(exported(tmp_path))
    assert all(query["sql"].startswith("SELECT") for query in said.captured_queries)
    charge = order.operations.get()
    for secret in (order.customer.name, order.customer.email, charge.token_name, charge.last_four):
        assert secret not in text


def test_a_place_that_cannot_be_written_is_a_sentence(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        call_command("export_state", "--json", str(tmp_path / "nowhere" / "state.json"))


def test_it_says_how_much_it_wrote(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    OrderFactory(charged=True)
    exported(tmp_path)
    assert capsys.readouterr().out == "1 orders, 1 operations\n"
