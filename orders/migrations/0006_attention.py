"""Who looks after an unsettled operation, and what was closed with a reason."""

import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_heartbeat'),
    ]

    operations = [
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=250)),
                ('at', models.DateTimeField(default=orders.clock.now)),
            ],
            options={
                'verbose_name': 'acknowledgement',
                'verbose_name_plural': 'acknowledgements',
            },
        ),
        migrations.AddField(
            model_name='operation',
            name='owned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='operation',
            name='owner',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['kind', 'id'], name='event_by_kind'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(condition=models.Q(('operation__isnull', True), ('verified', True)), fields=['operation'], name='evidence_of_nothing_here'),
        ),
        migrations.AddIndex(
            model_name='operation',
            index=models.Index(fields=['status', 'id'], name='operation_by_status'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='actor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='event',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='orders.event'),
        ),
        migrations.AddField(
            model_name='acknowledgement',
            name='evidence',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='orders.evidence'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event__isnull', True), ('evidence__isnull', False)), models.Q(('event__isnull', False), ('evidence__isnull', True)), _connector='OR'), name='acknowledges_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='acknowledgement',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='acknowledgement_needs_a_reason'),
        ),
    ]
