"""Payments outside the gateway: written once, taken back at most once, never deleted.

The triggers hold that even at the database's own prompt. On SQLite a REPLACE would take a row away
without firing the one that refuses deletion, so inserting over a row is refused too.
"""

import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models

TABLE = "orders_outsidepayment"
FROZEN = (
    "id", "order_id", "method", "reference", "reason", "received_on", "amount_minor", "currency",
    "form_key", "recorded_by_id", "recorded_at", "approver_id",
)
KEPT = "a payment outside the gateway is only taken back, once"
NEVER_DELETED = "payments outside the gateway are never deleted"
BORN_STANDING = "a payment outside the gateway is not born taken back"


def changed(different):
    """Whatever an update may not do: change what was written, or what was taken back already."""
    return "OLD.taken_back_at IS NOT NULL OR " + " OR ".join(
        f"NEW.{column} {different} OLD.{column}" for column in FROZEN
    )


def sqlite_statements():
    refuse = "BEGIN SELECT RAISE(ABORT, '{}'); END"
    yield (
        f"CREATE TRIGGER {TABLE}_keeps BEFORE UPDATE ON {TABLE} "
        f"WHEN {changed('IS NOT')} {refuse.format(KEPT)}"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} {refuse.format(NEVER_DELETED)}"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_born_standing BEFORE INSERT ON {TABLE} "
        f"WHEN NEW.taken_back_at IS NOT NULL {refuse.format(BORN_STANDING)}"
    )
    # In SQLite's own words, which are all that a plain INSERT would have been told.
    for column, more in (("form_key", "OR id = NEW.id"), ("order_id", "AND taken_back_at IS NULL")):
        yield (
            f"CREATE TRIGGER {TABLE}_no_replace_{column} BEFORE INSERT ON {TABLE} WHEN EXISTS "
            f"(SELECT 1 FROM {TABLE} WHERE {column} = NEW.{column} {more}) "
            f"{refuse.format(f'UNIQUE constraint failed: {TABLE}.{column}')}"
        )


def postgresql_statements():
    yield (
        f"CREATE TRIGGER {TABLE}_keeps BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        f"WHEN ({changed('IS DISTINCT FROM')}) EXECUTE FUNCTION orders_refuse('{KEPT}')"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} FOR EACH ROW "
        f"EXECUTE FUNCTION orders_refuse('{NEVER_DELETED}')"
    )
    yield (
        f"CREATE TRIGGER {TABLE}_born_standing BEFORE INSERT ON {TABLE} FOR EACH ROW "
        f"WHEN (NEW.taken_back_at IS NOT NULL) EXECUTE FUNCTION orders_refuse('{BORN_STANDING}')"
    )


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}


def create_triggers(apps, schema_editor):
    for statement in STATEMENTS[schema_editor.connection.vendor]():
        # Given no parameters, the statement is sent as it is: no % in it is a placeholder.
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("orders", "0011_approvals"),
    ]

    operations = [
        migrations.AlterField(
            model_name='order',
            name='status',
            field=models.CharField(choices=[('open', 'Open'), ('reserved', 'Reserved'), ('charged', 'Charged'), ('paid', 'Paid'), ('part_refunded', 'Part refunded'), ('refunded', 'Refunded'), ('voided', 'Voided'), ('declined', 'Declined'), ('unknown', 'Outcome unknown'), ('paid_outside', 'Paid outside')], default='open', max_length=14, verbose_name='status'),
        ),
        migrations.CreateModel(
            name='OutsidePayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(choices=[('cash', 'Cash'), ('cheque', 'Cheque'), ('transfer', 'Bank transfer')], max_length=10, verbose_name='paid by')),
                ('reference', models.CharField(max_length=60, verbose_name='reference')),
                ('reason', models.CharField(max_length=250, verbose_name='reason')),
                ('received_on', models.DateField()),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('form_key', models.CharField(max_length=64, unique=True)),
                ('recorded_at', models.DateTimeField(default=orders.clock.now)),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('taken_back_reason', models.CharField(blank=True, max_length=250)),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outside_payments', to='orders.order')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'payment outside the gateway',
                'verbose_name_plural': 'payments outside the gateway',
                'ordering': ['id'],
                'permissions': [('record_outside_payment', 'Can record payments outside the gateway')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('order',), name='one_standing_outside_payment_per_order'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('amount_minor__lte', 9999999999)), name='outside_amount_is_more_than_zero'), models.CheckConstraint(condition=models.Q(('method__in', ['cash', 'cheque', 'transfer'])), name='outside_method_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), models.Q(('reason', ''), _negated=True)), name='outside_payment_says_which_and_why'), models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at__isnull', True), ('taken_back_by__isnull', True), ('taken_back_reason', '')), models.Q(('taken_back_at__isnull', False), ('taken_back_by__isnull', False), models.Q(('taken_back_reason', ''), _negated=True)), _connector='OR'), name='taken_back_by_whom_and_why')],
            },
        ),
        migrations.RunPython(create_triggers, migrations.RunPython.noop),
        # Nullable and without a default: SQLite only adds a column, and the triggers stay.
        migrations.AddField(
            model_name='operation',
            name='customer_note',
            field=models.CharField(max_length=250, null=True),
        ),
    ]
