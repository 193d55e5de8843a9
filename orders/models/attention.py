"""What a person closed of the things that need attention, and why; and what people were mailed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.events import Event
from orders.models.evidence import Evidence
from orders.models.operations import Operation


class Acknowledgement(models.Model):
    """A person's word that an alarm, or a message about nothing here, was dealt with.

    What has none is open: nothing can be dismissed without a person, a time and a reason.
    """

    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="acknowledgement")
    evidence = models.OneToOneField(
        Evidence, models.PROTECT, null=True, related_name="acknowledgement"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=250)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints = [
            models.CheckConstraint(
                condition=Q(event__isnull=True, evidence__isnull=False)
                | Q(event__isnull=False, evidence__isnull=True),
                name="acknowledges_one_thing",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="acknowledgement_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.reason}"


class AlarmMail(models.Model):
    """The one mail about an alarm, or about an operation that waits too long since it was sent.

    ``lease_until`` is how long whoever took it may send; ``sent_at`` is when the mail was out.
    """

    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="mail")
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="mails")
    resends = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(default=clock.now)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm mail")
        verbose_name_plural = _("alarm mails")
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "resends"], name="one_alarm_mail_per_sending"
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=True, operation__isnull=False)
                | Q(event__isnull=False, operation__isnull=True),
                name="mails_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.event or self.operation)
