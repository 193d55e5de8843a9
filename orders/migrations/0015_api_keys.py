import django.db.models.deletion
import orders.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', "0014_consents"),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=16)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('old_prefix', models.CharField(blank=True, editable=False, max_length=16)),
                ('old_digest', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('old_until', models.DateTimeField(editable=False, null=True)),
                ('scopes', models.JSONField(default=list)),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('charge_ceiling_minor', models.BigIntegerField(null=True)),
                ('day_ceiling_minor', models.BigIntegerField(null=True)),
                ('addresses', models.JSONField(default=list)),
                ('requests_a_minute', models.PositiveIntegerField(default=120)),
                ('expires_at', models.DateTimeField(null=True, verbose_name='expires')),
                ('created_at', models.DateTimeField(default=orders.clock.now, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('minute', models.BigIntegerField(default=0, editable=False)),
                ('requests_in_minute', models.PositiveIntegerField(default=0, editable=False)),
                ('created_by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('staff', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='api_key', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'permissions': [('manage_api_keys', 'Can make and revoke API keys')],
            },
        ),
        migrations.CreateModel(
            name='ApiRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('idempotency_key', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('answer_status', models.PositiveSmallIntegerField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=orders.clock.now)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='orders.apikey')),
            ],
            options={
                'verbose_name': 'API request',
                'verbose_name_plural': 'API requests',
            },
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('name',), name='one_api_key_per_name'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('currency', ''), _negated=True), models.Q(('charge_ceiling_minor__isnull', True), ('day_ceiling_minor__isnull', True)), _connector='OR'), name='api_ceiling_needs_a_currency'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('old_digest__isnull', True), ('old_until__isnull', False), _connector='OR'), name='old_api_key_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='apirequest',
            constraint=models.UniqueConstraint(fields=('key', 'idempotency_key'), name='one_api_request_per_idempotency_key'),
        ),
    ]
