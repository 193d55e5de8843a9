"""Rules that hold even for somebody at the database's own prompt, on PostgreSQL and SQLite.

Events and evidence are insert-only. An operation keeps its intent, and leaves a proven state only
along the arrows that ``orders/states.py`` draws from it.
"""

from django.db import migrations

FROZEN = ("order_id", "kind", "parent_id", "merchant_reference", "amount_minor", "currency")

SQLITE_REFUSE = "SELECT RAISE(ABORT, '{message}');"


def intent_changed(different):
    return " OR ".join(f"NEW.{column} {different} OLD.{column}" for column in FROZEN)


STATE_LEFT = """
    (OLD.status = 'approved' AND NEW.status NOT IN ('approved', 'voided', 'lapsed'))
    OR (OLD.status IN ('duplicate', 'voided', 'lapsed') AND NEW.status <> OLD.status)
"""


def sqlite_statements():
    for table in ("orders_event", "orders_evidence"):
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN "
                f"{SQLITE_REFUSE.format(message=table + ' is insert-only')} END"
            )
    yield (
        "CREATE TRIGGER orders_operation_keeps_intent BEFORE UPDATE ON orders_operation "
        f"WHEN {intent_changed('IS NOT')} BEGIN "
        f"{SQLITE_REFUSE.format(message='an operation keeps its intent')} END"
    )
    yield (
        "CREATE TRIGGER orders_operation_keeps_facts BEFORE UPDATE ON orders_operation "
        f"WHEN {STATE_LEFT} BEGIN "
        f"{SQLITE_REFUSE.format(message='a proven operation stays proven')} END"
    )
    yield (
        "CREATE TRIGGER orders_operation_no_delete BEFORE DELETE ON orders_operation BEGIN "
        f"{SQLITE_REFUSE.format(message='operations are never deleted')} END"
    )


def postgresql_statements():
    yield """
        CREATE FUNCTION orders_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """
    for table in ("orders_event", "orders_evidence"):
        yield (
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION orders_refuse('{table} is insert-only')"
        )
    yield (
        "CREATE TRIGGER orders_operation_keeps_intent BEFORE UPDATE ON orders_operation "
        f"FOR EACH ROW WHEN ({intent_changed('IS DISTINCT FROM')}) "
        "EXECUTE FUNCTION orders_refuse('an operation keeps its intent')"
    )
    yield (
        "CREATE TRIGGER orders_operation_keeps_facts BEFORE UPDATE ON orders_operation "
        f"FOR EACH ROW WHEN ({STATE_LEFT}) "
        "EXECUTE FUNCTION orders_refuse('a proven operation stays proven')"
    )
    yield (
        "CREATE TRIGGER orders_operation_no_delete BEFORE DELETE ON orders_operation "
        "FOR EACH ROW EXECUTE FUNCTION orders_refuse('operations are never deleted')"
    )


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def create(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]():
        # Given no parameters, the statement is sent as it is: no % in it is a placeholder.
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
