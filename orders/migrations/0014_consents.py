"""What a consent allows and the words that were read, who started a charge, which order it copies,
and the way of a card from frozen to revoked.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', "0013_receipts"),
    ]

    operations = [
        migrations.CreateModel(
            name='Sweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, unique=True)),
                ('done_on', models.DateField()),
            ],
            options={
                'verbose_name': 'daily sweep',
                'verbose_name_plural': 'daily sweeps',
                'ordering': ['id'],
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='purpose_code',
            field=models.CharField(blank=True, choices=[('orders', 'Orders they ask for'), ('regular', 'Regular deliveries and refills'), ('instalments', 'Instalments of what was ordered'), ('later_costs', 'Costs that come later: damage, no-show, changes')], max_length=16, verbose_name='purpose from the list'),
        ),
        migrations.AddField(
            model_name='consent',
            name='withdrawal_reason',
            field=models.CharField(blank=True, max_length=250),
        ),
        migrations.AddField(
            model_name='consent',
            name='words',
            field=models.TextField(blank=True, verbose_name='words read'),
        ),
        migrations.AddField(
            model_name='operation',
            name='initiated_by',
            field=models.CharField(choices=[('customer', 'The customer, now'), ('merchant', 'Us, under the agreement')], max_length=10, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='again_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='orders.order'),
        ),
        migrations.AddField(
            model_name='storedcard',
            name='frozen_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='storedcard',
            name='lease_until',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='storedcard',
            name='token_retired_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='consent',
            name='purpose',
            field=models.CharField(blank=True, max_length=120, verbose_name='purpose'),
        ),
        migrations.AddIndex(
            model_name='consent',
            index=models.Index(condition=models.Q(('ends_on__isnull', False)), fields=['ends_on'], name='consent_by_end'),
        ),
        migrations.AddIndex(
            model_name='storedcard',
            index=models.Index(condition=models.Q(('frozen_at__isnull', False), ('token_retired_at__isnull', True)), fields=['frozen_at'], name='card_to_retire'),
        ),
        migrations.AddIndex(
            model_name='storedcard',
            index=models.Index(fields=['state', 'expiry'], name='card_by_expiry'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('currency', ''), _negated=True), models.Q(('ceiling_per_charge_minor__isnull', True), ('ceiling_per_month_minor__isnull', True)), _connector='OR'), name='ceilings_need_a_currency'),
        ),
        migrations.AddConstraint(
            model_name='storedcard',
            constraint=models.CheckConstraint(condition=models.Q(('frozen_at__isnull', True), models.Q(('state', 'active'), _negated=True), _connector='OR'), name='frozen_card_is_not_active'),
        ),
    ]
