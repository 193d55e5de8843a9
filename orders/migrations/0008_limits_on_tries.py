"""Reasons for near-duplicates, locks of people, and the indexes that limits on tries count by."""

from django.db import migrations, models

KEPT = []


def keep_triggers(apps, schema_editor):
    """SQLite makes the table anew for a new column or constraint, and forgets its triggers."""
    KEPT.clear()
    if schema_editor.connection.vendor == 'sqlite':
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master "
                "WHERE type = 'trigger' AND tbl_name = 'orders_operation'"
            )
            KEPT.extend(cursor.fetchall())


def put_back_triggers(apps, schema_editor):
    """Make those triggers again that the new table lacks."""
    with schema_editor.connection.cursor() as cursor:
        for name, sql in KEPT:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = %s", [name])
            if not cursor.fetchone():
                cursor.execute(sql)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_breakers_and_alarm_mails'),
    ]

    operations = [
        migrations.RunPython(keep_triggers, put_back_triggers),
        migrations.AlterModelOptions(
            name='order',
            options={'permissions': [('take_order', 'Can take orders'), ('charge_order', 'Can charge cards'), ('view_all_orders', "Can see everybody's orders"), ('charge_beside_unknown', 'Can charge beside a payment that is not known yet'), ('charge_in_pause', 'Can charge while the office is paused'), ('mark_paid', 'Can mark orders as paid'), ('capture_order', 'Can capture reserved amounts'), ('void_order', 'Can void reserved amounts'), ('refund_order', 'Can refund'), ('release_order', 'Can release an unknown charge'), ('approve_order', 'Can approve requests'), ('export_orders', 'Can export orders'), ('view_attention', 'Can see what needs attention'), ('view_audit', 'Can read the audit trail')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
        ),
        migrations.AlterModelOptions(
            name='staff',
            options={'permissions': [('unlock_charging', 'Can let locked people charge again')], 'verbose_name': 'member of staff', 'verbose_name_plural': 'staff'},
        ),
        migrations.AddField(
            model_name='operation',
            name='beside',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='staff',
            name='charging_locked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='staff',
            name='charging_unlocked_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['submitted_at'], name='operation_by_submission'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['actor', 'created_at'], name='operation_by_actor'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['actor', 'submitted_at'], name='operation_by_sender'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['token_name'], name='operation_by_token'),
        ),
        migrations.AddConstraint(
            model_name='operation',
            constraint=models.CheckConstraint(condition=models.Q(('beside', ''), models.Q(('reason', ''), _negated=True), _connector='OR'), name='near_duplicate_needs_a_reason'),
        ),
        migrations.RunPython(put_back_triggers, keep_triggers),
    ]
