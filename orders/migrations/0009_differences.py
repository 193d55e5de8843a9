"""Where the office and a report of the gateway disagree, and the reports that were read."""

import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_limits_on_tries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Comparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=250)),
                ('sha256', models.CharField(max_length=64)),
                ('rows', models.PositiveIntegerField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('at', models.DateTimeField(default=orders.clock.now)),
            ],
            options={
                'verbose_name': 'comparison',
                'verbose_name_plural': 'comparisons',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('merchant_reference', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('purchase', 'Purchase'), ('authorization', 'Authorization'), ('capture', 'Capture'), ('void', 'Void'), ('refund', 'Refund')], max_length=14)),
                ('what', models.CharField(choices=[('missing_here', 'Missing here'), ('missing_there', 'Missing at APS'), ('amount', 'Amount differs'), ('status', 'Status differs')], max_length=14)),
                ('there', models.JSONField(default=list)),
                ('here', models.JSONField(default=list)),
                ('found_at', models.DateTimeField(default=orders.clock.now)),
                ('owned_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=250)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'difference',
                'verbose_name_plural': 'differences',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['merchant_reference'], name='operation_by_reference'),
        ),
        migrations.AddField(
            model_name='difference',
            name='closed_by_evidence',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.evidence'),
        ),
        migrations.AddField(
            model_name='difference',
            name='closed_by_report',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.comparison'),
        ),
        migrations.AddField(
            model_name='difference',
            name='first_seen_in',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.comparison'),
        ),
        migrations.AddField(
            model_name='difference',
            name='last_seen_in',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.comparison'),
        ),
        migrations.AddField(
            model_name='difference',
            name='noted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='difference',
            name='operation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='differences', to='orders.operation'),
        ),
        migrations.AddField(
            model_name='difference',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='difference',
            index=models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['id'], name='difference_open'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('merchant_reference', 'kind'), name='one_open_difference_per_reference_and_kind'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by_evidence__isnull', True), ('closed_by_report__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by_evidence__isnull', True), ('closed_by_report__isnull', False)), models.Q(('closed_at__isnull', False), ('closed_by_evidence__isnull', False), ('closed_by_report__isnull', True)), _connector='OR'), name='difference_is_closed_by_evidence_only'),
        ),
        migrations.AddConstraint(
            model_name='difference',
            constraint=models.CheckConstraint(condition=models.Q(('note', ''), ('noted_by__isnull', False), _connector='OR'), name='a_note_has_a_writer'),
        ),
    ]
