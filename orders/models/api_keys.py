"""Keys of machines that use the API, and what each request of theirs came to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock


class ApiKey(models.Model):
    """A machine that may use the API: a shop, an app. Only a digest of its key is kept.

    It acts as ``staff``, an account of its own that can never sign in, so that rights, limits and
    the trail hold for it as they do for people. Ceilings are minor units of ``currency``; without
    one there is none. Rotation leaves the old key alive until ``old_until``.
    """

    name = models.CharField(_("name"), max_length=60)
    staff = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="api_key"
    )
    prefix = models.CharField(max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    old_prefix = models.CharField(max_length=16, blank=True, editable=False)
    old_digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  many have none
    old_until = models.DateTimeField(null=True, editable=False)
    scopes = models.JSONField(default=list)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    charge_ceiling_minor = models.BigIntegerField(null=True)
    day_ceiling_minor = models.BigIntegerField(null=True)
    addresses = models.JSONField(default=list)  # networks; none: from anywhere
    requests_a_minute = models.PositiveIntegerField(default=120)
    expires_at = models.DateTimeField(_("expires"), null=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, editable=False)
    # Counted and noted by one conditional update, so that parallel requests are counted one by one.
    last_used_at = models.DateTimeField(null=True, editable=False)
    minute = models.BigIntegerField(default=0, editable=False)
    requests_in_minute = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        permissions = [("manage_api_keys", _("Can make and revoke API keys"))]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(revoked_at=None), name="one_api_key_per_name"
            ),
            models.CheckConstraint(
                condition=~Q(currency="")
                | Q(charge_ceiling_minor__isnull=True, day_ceiling_minor__isnull=True),
                name="api_ceiling_needs_a_currency",
            ),
            models.CheckConstraint(
                condition=Q(old_digest__isnull=True) | Q(old_until__isnull=False),
                name="old_api_key_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_old_key(self) -> bool:
        """Whether the key before the last rotation still opens."""
        return self.old_until is not None and self.old_until > clock.now()

    @property
    def has_expired(self) -> bool:
        """Whether the key's time is over."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def is_live(self) -> bool:
        """Whether the key may be used now."""
        return self.revoked_at is None and not self.has_expired


class ApiRequest(models.Model):
    """An act asked for under an ``Idempotency-Key``, and the answer once it is final.

    ``digest`` covers method, path and body. The money is protected by the form key of the act,
    which is made from the same two keys; this row makes the answer the same, for as long as
    ``services.forgetting`` keeps it. The row itself stays.
    """

    key = models.ForeignKey(ApiKey, models.PROTECT, related_name="requests")
    idempotency_key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    answer_status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    answer_location = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("API request")
        verbose_name_plural = _("API requests")
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(answer_status__isnull=False),
                name="api_answer_is_kept",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"], name="one_api_request_per_idempotency_key"
            )
        ]

    def __str__(self) -> str:
        return self.idempotency_key
