"""Receipts that a mail server had and did not answer for are perhaps sent."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0016_send_receipt'),
    ]

    operations = [
        migrations.AlterField(
            model_name='receipt',
            name='state',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('perhaps', 'Perhaps sent'), ('failed', 'Could not be sent'), ('replaced', 'Not sent any more')], default='waiting', max_length=8, verbose_name='state'),
        ),
    ]
