"""Closes what the triggers of 0002 left open.

SQLite's REPLACE takes a row away without firing the triggers that refuse its deletion, so inserting
over an existing row is refused too. What names an operation to people, forms and the gateway is
part of its intent and stays as it was.
"""

from django.db import migrations

FROZEN = (
    "id", "order_id", "kind", "parent_id", "seq", "form_key", "merchant_reference",
    "maintenance_reference", "amount_minor", "currency",
)  # fmt: skip

KEYS = {
    "orders_event": ("chain", "position"),
    "orders_evidence": ("digest",),
    "orders_operation": ("form_key",),
}


def intent_changed(different):
    return " OR ".join(f"NEW.{column} {different} OLD.{column}" for column in FROZEN)


def sqlite_statements():
    for table, key in KEYS.items():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        # In SQLite's own words, which are all that a plain INSERT would have been told.
        said = "UNIQUE constraint failed: " + ", ".join(f"{table}.{column}" for column in key)
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR ({same})) "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
    yield "DROP TRIGGER orders_operation_keeps_intent"
    yield (
        "CREATE TRIGGER orders_operation_keeps_intent BEFORE UPDATE ON orders_operation "
        f"WHEN {intent_changed('IS NOT')} "
        "BEGIN SELECT RAISE(ABORT, 'an operation keeps its intent'); END"
    )


def postgresql_statements():
    yield "DROP TRIGGER orders_operation_keeps_intent ON orders_operation"
    yield (
        "CREATE TRIGGER orders_operation_keeps_intent BEFORE UPDATE ON orders_operation "
        f"FOR EACH ROW WHEN ({intent_changed('IS DISTINCT FROM')}) "
        "EXECUTE FUNCTION orders_refuse('an operation keeps its intent')"
    )


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def create(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]():
        # Given no parameters, the statement is sent as it is: no % in it is a placeholder.
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_history_indexes")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
