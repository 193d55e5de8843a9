"""What holds even for somebody at the database's own prompt."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from orders import clock
from orders.models import Event, Evidence, Operation
from orders.states import Status
from tests.factories import OperationFactory, OrderFactory
from tests.models.refusals import refused


def run(sql: str, *values: object) -> None:
    """Run one statement as at the database's own prompt."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture(params=["orders_event", "orders_evidence"])
def table(request: pytest.FixtureRequest, db: None) -> str:
    """A table that only grows, with one row in it."""
    Event.objects.create(chain="MO-1", position=1, kind="order_taken", hash="0" * 64)
    Evidence.objects.create(source="feedback", verified=True, digest="0" * 64)
    return str(request.param)


def model_of(table: str) -> Any:
    """The model whose table it is."""
    return {"orders_event": Event, "orders_evidence": Evidence}[table]


def test_a_row_is_not_changed_by_saving_it(table: str) -> None:
    row = model_of(table).objects.get()
    with refused(f"{table} is insert-only"):
        row.save()


def test_a_row_is_not_changed_by_a_query(table: str) -> None:
    with refused(f"{table} is insert-only"):
        model_of(table).objects.update(actor=None)


@pytest.mark.parametrize(
    "sql",
    ["UPDATE {} SET actor_id = NULL", "UPDATE {} SET id = id + 1", "DELETE FROM {}"],
)
def test_a_row_is_not_changed_at_the_prompt(table: str, sql: str) -> None:
    with refused(f"{table} is insert-only"):
        run(sql.format(table))


def test_a_row_is_not_deleted(table: str) -> None:
    rows = model_of(table).objects
    with refused(f"{table} is insert-only"):
        rows.get().delete()
    with refused(f"{table} is insert-only"):
        rows.all().delete()
    assert rows.count() == 1


CHANGED = {
    "order_id": lambda: OrderFactory().pk,
    "id": lambda: 10**6,
    "kind": lambda: "capture",
    "seq": lambda: 99,
    "form_key": lambda: "another form",
    "maintenance_reference": lambda: "MO-1-9-R9",
    "parent_id": lambda: OperationFactory(approved=True).pk,
    "merchant_reference": lambda: "MO-1-9",
    "amount_minor": lambda: 1,
    "currency": lambda: "AED",
}


@pytest.mark.parametrize("column", CHANGED)
def test_an_operation_keeps_its_intent(db: None, column: str) -> None:
    parent = OperationFactory(approved=True)
    operation = OperationFactory(order=parent.order, kind="refund", parent=parent, sent=True)
    with refused("an operation keeps its intent"):
        Operation.objects.filter(pk=operation.pk).update(**{column: CHANGED[column]()})


def test_a_charge_does_not_become_a_follow_up(db: None) -> None:
    operation = OperationFactory()
    parent = OperationFactory(approved=True)
    with refused("an operation keeps its intent"):
        Operation.objects.filter(pk=operation.pk).update(parent=parent)


def test_an_intent_written_over_with_itself_is_no_change(db: None) -> None:
    operation = OperationFactory()
    operation.save()
    run("UPDATE orders_operation SET amount_minor = amount_minor, parent_id = parent_id")
    assert Operation.objects.get() == operation


PROVEN = ["approved", "duplicate", "voided", "lapsed"]


@pytest.mark.parametrize("old", PROVEN)
def test_what_is_proven_is_not_unproven(db: None, old: str) -> None:
    operation = OperationFactory(settled=True, status=old)
    ends = {"approved", "voided", "lapsed"} if old == "approved" else {old}
    for new in sorted(set(Status.values) - ends):
        with refused("a proven operation stays proven"):
            Operation.objects.filter(pk=operation.pk).update(status=new)


@pytest.mark.parametrize("new", ["voided", "lapsed"])
def test_a_reserved_amount_may_be_voided_or_lapse(db: None, new: str) -> None:
    operation = OperationFactory(authorization=True, approved=True)
    run("UPDATE orders_operation SET status = %s", new)
    operation.refresh_from_db()
    assert operation.status == new


def test_what_is_not_proven_may_be_learned_later(db: None) -> None:
    operation = OperationFactory(declined=True)
    run("UPDATE orders_operation SET status = 'approved', settled_at = %s", clock.now())
    operation.refresh_from_db()
    assert operation.status == "approved"


def test_an_operation_is_never_deleted(db: None) -> None:
    operation = OperationFactory(status=Status.EXPIRED)
    for act in (operation.delete, Operation.objects.all().delete):
        with refused("operations are never deleted"):
            act()
    with refused("operations are never deleted"):
        run("DELETE FROM orders_operation")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite knows REPLACE")
@pytest.mark.parametrize("key", ["id", "its own key"])
def test_a_row_is_not_replaced(table: str, key: str) -> None:
    row = model_of(table).objects.get()
    if key == "id":
        row.chain = row.digest = "another"
    else:
        row.id = row.pk + 1
    with refused(rf"{table}\."):
        insert_or_replace(row)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite knows REPLACE")
@pytest.mark.parametrize("changes", [{"form_key": "another"}, {"id": 10**6}])
def test_an_operation_is_not_replaced(db: None, changes: dict[str, object]) -> None:
    operation = OperationFactory(approved=True)
    for name, value in (changes | {"status": "declined"}).items():
        setattr(operation, name, value)
    with refused(r"orders_operation\.form_key"):
        insert_or_replace(operation)


def insert_or_replace(row: Model) -> None:
    """Insert the row over whatever stands in its way."""
    fields = row._meta.concrete_fields
    names = ", ".join(field.column for field in fields)
    places = ", ".join("%s" for _field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    run(f"INSERT OR REPLACE INTO {row._meta.db_table} ({names}) VALUES ({places})", *values)
