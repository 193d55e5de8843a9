"""People who sign in. Rights come from groups (``orders.roles``), never from flags here."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Staff(AbstractUser):
    """A member of staff: one person, one account."""

    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="en"
    )
    last_source = models.CharField(_("last source used"), max_length=12, default="phone")
    # Too many cards were refused: this person may look, but not move money, until unlocked.
    charging_locked_at = models.DateTimeField(null=True, editable=False)
    charging_unlocked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        permissions = [("unlock_charging", _("Can let locked people charge again"))]

    @property
    def is_machine(self) -> bool:
        """Whether an API key acts by this account. A person without a password is still one."""
        return hasattr(self, "api_key")

    def __str__(self) -> str:
        return self.get_full_name() or self.username
