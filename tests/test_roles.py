"""Each role may do exactly what its row of the table says."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client

from orders import roles
from tests.factories import StaffFactory

MONEY = {
    "charge_order",
    "capture_order",
    "void_order",
    "refund_order",
    "release_order",
    "mark_paid",
    "record_outside_payment",
}


def rights(role: str) -> set[str]:
    staff = StaffFactory()
    roles.give(staff, role)
    return {name.split(".")[1] for name in staff.get_all_permissions()}


def test_an_agent_takes_and_charges_orders_and_no_more(db: None) -> None:
    assert rights("agent") == {
        "take_order", "charge_order", "mark_paid", "send_receipt", "view_order",
        "view_customer", "add_customer", "change_customer",
    }  # fmt: skip


def test_a_supervisor_has_every_right_over_money(db: None) -> None:
    assert rights("supervisor") >= MONEY | {"view_all_orders", "approve_order", "export_orders"}


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_reads_everything_or_keeps_accounts_moves_no_money(db: None, role: str) -> None:
    assert not rights(role) & (MONEY | {"take_order"})


def test_an_auditor_changes_nothing(db: None) -> None:
    assert all(name.startswith("view_") for name in rights("auditor"))


def test_every_named_right_exists_and_every_group_was_made(db: None) -> None:
    assert {group.name for group in Group.objects.all()} == set(roles.ROLES)


def test_a_role_that_was_bent_is_straightened_by_the_next_migration(db: None) -> None:
    agent = Group.objects.get(name="agent")
    agent.permissions.clear()
    own = Group.objects.create(name="night shift")
    call_command("migrate", verbosity=0)
    assert agent.permissions.count() == 8
    assert own.permissions.count() == 0


def test_only_an_admin_keeps_api_keys(db: None) -> None:
    assert {role for role in roles.ROLES if "manage_api_keys" in rights(role)} == {"admin"}


@pytest.mark.parametrize("path", ["/", "/api-keys/", "/orders/new/", "/admin/", "/nowhere/"])
def test_a_stranger_sees_no_page(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code in (302, 404)


def test_a_right_that_does_not_exist_stops_the_migration(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(roles.ROLES, "agent", ("orders.fly",))
    with pytest.raises(LookupError, match=r"orders\.fly"):
        roles.set_up_groups(using="default")
