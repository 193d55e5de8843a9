"""What captures, voids and refunds are settled by: where the charge stood when they were sent, why
they were made, whether at the gateway itself, and whether the bank took a refund back.

SQLite adds a constraint by making the table anew, and forgets its triggers: they are brought back.
"""

import django.db.models.expressions
import django.db.models.functions
from django.db import migrations, models

TRIGGERS = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'orders_operation'"


def remember_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TEMP TABLE remembered_triggers AS {TRIGGERS}", params=None
        )


def bring_triggers_back(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        with schema_editor.connection.cursor() as cursor:
            there = {sql for (sql,) in cursor.execute(TRIGGERS).fetchall()}
            for (sql,) in cursor.execute("SELECT sql FROM remembered_triggers").fetchall():
                if sql not in there:
                    schema_editor.execute(sql, params=None)
        schema_editor.execute("DROP TABLE remembered_triggers", params=None)


def ask_about_old_reservations(apps, schema_editor):
    """From now on every reservation is asked about after some days; those that stand, too."""
    held = apps.get_model("orders", "Operation").objects.filter(
        kind="authorization", status="approved", order__status="reserved"
    )
    held.update(next_check_at=django.db.models.functions.Now())


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0009_differences'),
    ]

    operations = [
        migrations.RunPython(remember_triggers, migrations.RunPython.noop),
        migrations.AddField(
            model_name='operation',
            name='baseline_authorized_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='operation',
            name='baseline_captured_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='operation',
            name='baseline_refunded_minor',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='operation',
            name='is_external',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='operation',
            name='reason_code',
            field=models.CharField(blank=True, choices=[('shipped', 'The goods leave'), ('part_shipped', 'A part of the goods leaves'), ('cancelled', 'The customer cancelled'), ('out_of_stock', 'Cannot be delivered'), ('returned', 'Goods came back'), ('not_received', 'Goods never arrived'), ('damaged', 'Wrong or damaged goods'), ('overcharged', 'Charged too much'), ('charged_twice', 'Charged twice'), ('goodwill', 'Goodwill'), ('other', 'Another reason')], max_length=16),
        ),
        migrations.AddField(
            model_name='operation',
            name='reversed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('is_external', True), models.Q(('kind', 'capture'), _negated=True), ('amount_minor__lte', django.db.models.expressions.CombinedExpression(models.F('baseline_authorized_minor'), '-', models.F('baseline_captured_minor'))), _connector='OR'), name='capture_within_what_is_reserved'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('is_external', True), models.Q(('kind', 'refund'), _negated=True), ('amount_minor__lte', django.db.models.expressions.CombinedExpression(models.F('baseline_captured_minor'), '-', models.F('baseline_refunded_minor'))), _connector='OR'), name='refund_within_what_was_taken'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('is_external', True), models.Q(('kind', 'void'), _negated=True), ('baseline_captured_minor', 0), ('baseline_captured_minor__isnull', True), _connector='OR'), name='void_before_any_capture'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('reversed_at__isnull', True), models.Q(('kind', 'refund'), ('status', 'approved')), _connector='OR'), name='only_a_proven_refund_is_reversed'),
        ),
        migrations.RunPython(ask_about_old_reservations, migrations.RunPython.noop),
        migrations.RunPython(bring_triggers_back, migrations.RunPython.noop),
    ]
