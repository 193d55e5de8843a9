"""What the words of old answers and webhook messages are found by, to be forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0021_webhooks'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='apirequest',
            index=models.Index(condition=models.Q(('answer_status__isnull', False)), fields=['created_at'], name='api_answer_is_kept'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), models.Q(('body', ''), _negated=True)), fields=['since'], name='webhook_body_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'waiting'), _negated=True), models.Q(('body', ''), _negated=True), _connector='OR'), name='a_waiting_webhook_has_its_body'),
        ),
    ]
