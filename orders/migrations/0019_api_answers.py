"""Which request had a prepared charge sent, and the address that an answer names."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', "0018_consents_replaced"),
    ]

    operations = [
        migrations.AddField(
            model_name='operation',
            name='sent_key',
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='apirequest',
            name='answer_location',
            field=models.CharField(blank=True, max_length=120),
        ),
    ]
