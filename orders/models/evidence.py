"""Evidence: everything anybody said about an operation, kept as it was received, scrubbed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.operations import Operation


class Evidence(models.Model):
    """One statement about an operation. Insert-only; a database trigger refuses changes.

    Unverified feedback keeps its hash, size and reason, never its body.
    """

    class Source(models.TextChoices):
        REPLY = "reply", _("Answer")
        FEEDBACK = "feedback", _("Feedback")
        CHECK = "check", _("Status check")
        CARD_RETURN = "card_return", _("Card return")
        PERSON = "person", _("Person")

    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="evidence")
    source = models.CharField(max_length=12, choices=Source.choices)
    verified = models.BooleanField()
    outcome = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    merchant_reference = models.CharField(max_length=40, blank=True)
    body = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["operation"],
                condition=Q(operation__isnull=True, verified=True),
                name="evidence_of_nothing_here",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.outcome}"
