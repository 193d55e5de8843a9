"""What is done once a day, by whichever process comes first."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sweep(models.Model):
    """The day on which the sweep called ``name`` was done last. Moving ``done_on`` is the claim."""

    name = models.CharField(max_length=30, unique=True)
    done_on = models.DateField()

    class Meta:
        verbose_name = _("daily sweep")
        verbose_name_plural = _("daily sweeps")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
