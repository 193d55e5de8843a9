"""What a person closed of the things that need attention, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.events import Event
from orders.models.evidence import Evidence


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
