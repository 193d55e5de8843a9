"""Repeat runs with their rows, the pace they keep, and a ceiling for what one comes to."""

import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0019_api_answers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, unique=True)),
                ('next_at', models.DateTimeField(default=orders.clock.now)),
            ],
            options={
                'verbose_name': 'pace',
                'verbose_name_plural': 'paces',
            },
        ),
        migrations.AlterField(
            model_name='approvalrequest',
            name='act',
            field=models.CharField(choices=[('charge', 'Charge'), ('capture', 'Capture'), ('refund', 'Refund'), ('outside', 'Payment outside the gateway'), ('override', 'Charge despite a warning'), ('repeat', 'Repeat run')], max_length=8),
        ),
        migrations.AlterField(
            model_name='approvalrequest',
            name='held_to',
            field=models.CharField(choices=[('charge', 'Charge'), ('capture', 'Capture'), ('refund', 'Refund'), ('outside', 'Payment outside the gateway'), ('override', 'Charge despite a warning'), ('repeat', 'Repeat run')], max_length=8),
        ),
        migrations.AlterField(
            model_name='ceiling',
            name='act',
            field=models.CharField(choices=[('charge', 'Charge'), ('capture', 'Capture'), ('refund', 'Refund'), ('outside', 'Payment outside the gateway'), ('override', 'Charge despite a warning'), ('repeat', 'Repeat run')], max_length=8),
        ),
        migrations.CreateModel(
            name='RepeatRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('digest', models.CharField(blank=True, db_index=True, max_length=64, verbose_name='digest')),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('good_count', models.PositiveIntegerField(default=0)),
                ('sums', models.JSONField(default=dict)),
                ('faults', models.JSONField(default=list)),
                ('alike', models.JSONField(default=list)),
                ('alike_reason', models.CharField(blank=True, max_length=250)),
                ('state', models.CharField(choices=[('draft', 'Not started'), ('asked', 'Waiting for approval'), ('running', 'Running'), ('paused', 'Paused'), ('stopped', 'Stopped'), ('ended', 'Ended'), ('dropped', 'Dropped')], default='draft', max_length=8, verbose_name='state')),
                ('made_at', models.DateTimeField(default=orders.clock.now)),
                ('started_at', models.DateTimeField(null=True)),
                ('requested_in', models.CharField(blank=True, max_length=64)),
                ('ended_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('approver', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeat_runs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'repeat run',
                'verbose_name_plural': 'repeat runs',
                'ordering': ['-id'],
                'permissions': [('run_repeat', 'Can make and start repeat runs')],
            },
        ),
        migrations.CreateModel(
            name='RepeatItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('reference', models.CharField(max_length=60, verbose_name='order reference')),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('description', models.CharField(blank=True, max_length=250, verbose_name='description')),
                ('state', models.CharField(choices=[('draft', 'Not started'), ('waiting', 'Waiting'), ('taken', 'Order made'), ('refused', 'Not sent'), ('left_out', 'Left out')], default='draft', max_length=8, verbose_name='state')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='problem')),
                ('lease_until', models.DateTimeField(null=True)),
                ('card', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.storedcard')),
                ('order', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeat_item', to='orders.order')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='orders.repeatrun')),
            ],
            options={
                'verbose_name': 'row of a repeat run',
                'verbose_name_plural': 'rows of repeat runs',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='repeatrun',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='repeat_run_due'),
        ),
        migrations.AddIndex(
            model_name='repeatrun',
            index=models.Index(fields=['started_by', 'started_at'], name='repeat_run_by_starter'),
        ),
        migrations.AddConstraint(
            model_name='repeatrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'dropped']), ('started_by__isnull', False), _connector='OR'), name='repeat_run_is_started_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='repeatrun',
            constraint=models.CheckConstraint(condition=models.Q(('approver__isnull', True), models.Q(('approver', models.F('started_by')), _negated=True), _connector='OR'), name='repeat_run_is_approved_by_another'),
        ),
        migrations.AddIndex(
            model_name='repeatitem',
            index=models.Index(fields=['run', 'state', 'id'], name='repeat_item_by_state'),
        ),
        migrations.AddConstraint(
            model_name='repeatitem',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['taken', 'waiting'])), fields=('reference',), name='one_repeat_item_per_reference'),
        ),
        migrations.AddConstraint(
            model_name='repeatitem',
            constraint=models.UniqueConstraint(fields=('run', 'line'), name='one_repeat_item_per_line'),
        ),
        migrations.AddConstraint(
            model_name='repeatitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('order__isnull', False), ('state', 'taken')), models.Q(models.Q(('state', 'taken'), _negated=True), ('order__isnull', True)), _connector='OR'), name='taken_repeat_item_has_its_order'),
        ),
        migrations.AddConstraint(
            model_name='repeatitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reference', ''), _negated=True), ('amount_minor__gt', 0), ('amount_minor__lte', 9999999999)), name='repeat_item_says_what_and_how_much'),
        ),
    ]
