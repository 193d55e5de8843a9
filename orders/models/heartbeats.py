"""Signs of life of the processes that work by themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders import clock


class Heartbeat(models.Model):
    """When the resolver called ``name`` (host and process) last said that it lives."""

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField(default=clock.now)
    beat_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
