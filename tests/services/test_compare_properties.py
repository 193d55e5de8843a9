"""For histories made up at random: a faithful report shows nothing, and any one change of money in
it shows exactly one difference.
"""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from pytest_django.fixtures import Settings

from orders.models import Difference, Operation, Order, Staff
from orders.sandbox.server import Sandbox
from orders.services import resolve
from orders.states import Kind, Status
from tests import steps
from tests.reports import Rows, fetched, held_against
from tests.services.after_sale import act, deliver

SUCCESSES = {"PURCHASE": "14000", "AUTHORIZATION": "02000", "CAPTURE": "04000",
             "VOID_AUTHORIZATION": "08000", "REFUND": "06000"}  # fmt: skip
REFUSALS = {"PURCHASE": "13666", "AUTHORIZATION": "03666", "CAPTURE": "05666",
            "VOID_AUTHORIZATION": "09666", "REFUND": "07666"}  # fmt: skip
_FOLLOWED = {Kind.PURCHASE: ("refund", "REFUND"), Kind.AUTHORIZATION: ("capture", "CAPTURE")}
CARDS = [steps.VISA, steps.VISA, steps.DECLINED_VISA, steps.UNCERTAIN_VISA]


@pytest.fixture(autouse=True)
def _many_captures(settings: Settings) -> None:
    settings.MANY_CAPTURES = True


def live(actor: Staff, gateway: Sandbox, chance: Random) -> None:
    """A few orders and what follows them, from here and in the gateway's own back office."""
    for _each in range(4):
        wants = chance.choice([Kind.PURCHASE, Kind.AUTHORIZATION])
        charge = steps.charge_new(actor, chance.choice(CARDS), wants=wants)
        order = Order.objects.get(pk=charge.order_id)
        if charge.status != Status.APPROVED:
            continue
        if wants == Kind.AUTHORIZATION and chance.random() < 0.3:
            act("void", actor, order)
            continue
        kind, command = _FOLLOWED[wants]
        for who in chance.choices(["here", "there", ""], k=3):
            # The same amount twice is on purpose: nothing but time tells the two apart.
            if who == "here":
                act(kind, actor, order, 2_500)
            elif who == "there":
                deliver(gateway.act(command, charge.merchant_reference, 2_500))
                resolve.once()


def lose(rows: Rows, row: dict[str, str]) -> None:
    rows.remove(row)


def double(rows: Rows, row: dict[str, str]) -> None:
    rows.append(row | {"date": row["date"].replace("+00:00", "7+00:00")})


def change_amount(rows: Rows, row: dict[str, str]) -> None:
    row["amount"] = str(int(row["amount"]) + 1)


def change_currency(rows: Rows, row: dict[str, str]) -> None:
    row["currency"] = "USD"


def change_end(rows: Rows, row: dict[str, str]) -> None:
    row["response_code"] = REFUSALS[row["command"]]


CHANGES = [lose, double, change_amount, change_currency, change_end]


def test_a_faithful_report_shows_nothing_and_any_change_shows_one_difference(
    supervisor: Staff, gateway: Sandbox, tmp_path: Path
) -> None:
    changed = 0
    gateway.set(uncertain_cards="never")
    for seed in range(3):
        chance = Random(seed)
        live(supervisor, gateway, chance)
        rows = fetched(gateway)
        chance.shuffle(rows)
        assert held_against(tmp_path, rows, is_dry=True).found == []
        moved = [n for n, row in enumerate(rows) if row["response_code"] in SUCCESSES.values()]
        for number in chance.sample(moved, min(len(moved), 4)):
            for change in CHANGES:
                altered = [dict(row) for row in rows]
                change(altered, altered[number])
                found = held_against(tmp_path, altered, is_dry=True).found
                assert len(found) == 1, (seed, change.__name__, rows[number])
                changed += 1
    assert changed > 30
    proven = Operation.objects.filter(status=Status.APPROVED)
    for kind in ("capture", "refund"):
        for is_external in (False, True):
            assert proven.filter(kind=kind, is_external=is_external).exists()


@pytest.mark.parametrize("change", CHANGES)
def test_every_difference_closes_once_the_report_is_mended(
    supervisor: Staff,
    gateway: Sandbox,
    tmp_path: Path,
    change: Callable[[Rows, dict[str, str]], None],
) -> None:
    live(supervisor, gateway, Random(3))
    rows = fetched(gateway)
    moved = [n for n, row in enumerate(rows) if row["response_code"][2:] == "000"]
    for number in moved[:3]:
        altered = [dict(row) for row in rows]
        change(altered, altered[number])
        assert len(held_against(tmp_path, altered).found) == 1
        assert held_against(tmp_path, rows).found == []
    assert not Difference.objects.filter(closed_at=None).exists()
