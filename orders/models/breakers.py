"""How the last exchanges with the gateway ended, as far as it decides whether to go on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Breaker(models.Model):
    """One row a cause, shared by every process of the office; no row is as good as a closed one.

    ``failures`` counts in a row. While ``opened_at`` is set nothing is sent. ``try_at`` is when one
    process may find out whether that can end, and at the same time the mark of whoever does:
    moving it is the claim. ``pause_s`` is the wait, in seconds, after the next try that fails.
    """

    class Cause(models.TextChoices):
        SILENCE = "silence", _("The gateway does not answer")
        SET_UP = "set_up", _("The gateway refuses the account")

    cause = models.CharField(max_length=10, choices=Cause.choices, unique=True)
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField(null=True)
    try_at = models.DateTimeField(null=True)
    pause_s = models.FloatField(default=0)
    probes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("breaker")
        verbose_name_plural = _("breakers")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.cause


SILENCE, SET_UP = Breaker.Cause.SILENCE, Breaker.Cause.SET_UP
