"""Which later consent for the same card took the place of one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', "0017_perhaps_sent"),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='replaced_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaces', to='orders.consent'),
        ),
    ]
