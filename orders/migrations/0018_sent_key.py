"""Which request had a prepared charge sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', "0015_api_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='sent_key',
            field=models.CharField(max_length=64, null=True),
        ),
    ]
