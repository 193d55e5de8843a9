"""The audit trail: who did what, when, from where, why. Insert-only and chained by hashes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.orders import Order

# Kinds that stay open until somebody has looked and said why they may be closed.
ALARMS = [
    "approved_not_done",
    "contradiction",
    "late_success",
    "mismatch",
    "more_at_gateway",
    "paid_twice",
    "receipt_failed",
    "receipt_perhaps",
    "refund_reversed",
    "set_up_wrong",
    "unapproved_held",
    "webhook_failed",
]


class Event(models.Model):
    """One fact. Each order has a chain of its own; accounts and settings share another.

    ``hash`` covers the row and ``previous_hash``, keyed with AUDIT_KEY: a row that was changed, or
    taken away, is found by ``manage.py verify_audit``.
    """

    chain = models.CharField(max_length=40)
    position = models.PositiveIntegerField()
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="events")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    reason = models.CharField(max_length=250, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    origin = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=clock.now)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "id"], name="event_by_kind")]
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="events_are_numbered")
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.position} {self.kind}"
