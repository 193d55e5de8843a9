"""Where the office and a report of the gateway disagree, and the reports that were read.

A report is not signed: it opens a difference and moves no operation. Nobody closes one by their
word; ``services.differences`` closes it by a later report or by signed evidence.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.evidence import Evidence
from orders.models.operations import Operation
from orders.states import Kind


class Comparison(models.Model):
    """A report that was held against the operations. ``since`` and ``until``: what it covers."""

    file_name = models.CharField(max_length=250)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


class Difference(models.Model):
    """What one charge, or the captures, voids or refunds of one, look like on both sides.

    ``there`` holds every row of the report about them: amount_minor, currency, response_code,
    fort_id, at (ISO 8601). ``here`` holds every such operation as it stood: operation (its id),
    reference, status, amount_minor, currency, is_due (whether the report should have had it).
    ``operation`` is the charge that the gateway can be asked about, None where it is not here.
    """

    class What(models.TextChoices):
        MISSING_HERE = "missing_here", _("Missing here")
        MISSING_THERE = "missing_there", _("Missing at APS")
        AMOUNT = "amount", _("Amount differs")
        STATUS = "status", _("Status differs")

    merchant_reference = models.CharField(max_length=40)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    what = models.CharField(max_length=14, choices=What.choices)
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="differences")
    there = models.JSONField(default=list)
    here = models.JSONField(default=list)
    first_seen_in = models.ForeignKey(Comparison, models.PROTECT, related_name="+")
    last_seen_in = models.ForeignKey(Comparison, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(default=clock.now)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owned_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=250, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    closed_at = models.DateTimeField(null=True)
    closed_by_report = models.ForeignKey(Comparison, models.PROTECT, null=True, related_name="+")
    closed_by_evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["id"], condition=Q(closed_at__isnull=True), name="difference_open")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_reference", "kind"],
                condition=Q(closed_at__isnull=True),
                name="one_open_difference_per_reference_and_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    closed_at__isnull=True,
                    closed_by_report__isnull=True,
                    closed_by_evidence__isnull=True,
                )
                | Q(
                    closed_at__isnull=False,
                    closed_by_report__isnull=False,
                    closed_by_evidence__isnull=True,
                )
                | Q(
                    closed_at__isnull=False,
                    closed_by_report__isnull=True,
                    closed_by_evidence__isnull=False,
                ),
                name="difference_is_closed_by_evidence_only",
            ),
            models.CheckConstraint(
                condition=Q(note="") | Q(noted_by__isnull=False), name="a_note_has_a_writer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.merchant_reference}"
