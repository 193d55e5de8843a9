"""Customers, the cards kept for them, and the permission to keep each card."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.cards import BRANDS
from orders.purposes import Purpose

is_e164 = RegexValidator(
    r"^\+[1-9][0-9]{6,14}\Z", _("Type the number with + and the country code.")
)


class Customer(models.Model):
    """Somebody who orders. A customer has an email, a phone or a postal address, or several."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True, validators=[is_e164])
    address = models.CharField(_("address"), max_length=250, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default="en"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone="") | ~Q(address=""),
                name="customer_can_be_reached",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customer-detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The number people say: "C-1042"."""
        return f"C-{1000 + self.pk}"


class SearchKey(models.Model):
    """One word by which a customer is found: part of the name, the email, the phone from its end.

    Rebuilt by ``services.customers`` whenever the customer is saved, so that every search is a
    prefix look-up in one index, at any size and on both databases.
    """

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="search_keys")
    key = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "key"], name="one_key_per_customer")
        ]

    def __str__(self) -> str:
        return self.key


class StoredCard(models.Model):
    """A card the gateway keeps for us under ``token_name``. The office knows its last four only."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        FROZEN = "frozen", _("Frozen")
        REVOKED = "revoked", _("Revoked")
        EXPIRED = "expired", _("Expired")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="cards")
    token_name = models.CharField(max_length=100, unique=True)
    brand = models.CharField(_("brand"), max_length=10)
    last_four = models.CharField(_("last four"), max_length=4)
    expiry = models.CharField(_("expiry"), max_length=4, blank=True, help_text="YYMM")
    holder = models.CharField(_("name on card"), max_length=50, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.ACTIVE, db_index=True
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    # Frozen for good: its token is made INACTIVE at the gateway, and then it is revoked.
    frozen_at = models.DateTimeField(null=True, editable=False)
    token_retired_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("stored card")
        verbose_name_plural = _("stored cards")
        indexes = [
            models.Index(
                fields=["frozen_at"],
                condition=Q(frozen_at__isnull=False, token_retired_at__isnull=True),
                name="card_to_retire",
            ),
            models.Index(fields=["state", "expiry"], name="card_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(state="active"),
                name="frozen_card_is_not_active",
            )
        ]

    def __str__(self) -> str:
        return f"{BRANDS.get(self.brand, self.brand)} •••• {self.last_four}"

    @property
    def expiry_shown(self) -> str:
        """The expiry as printed on the card, "08/27", or ""."""
        return f"{self.expiry[2:]}/{self.expiry[:2]}" if self.expiry else ""

    @property
    def has_expired(self) -> bool:
        """Whether the card's last month is over."""
        return bool(self.expiry) and self.expiry < clock.today().strftime("%y%m")

    @property
    def is_usable(self) -> bool:
        """Whether the card may be charged today as far as the office knows."""
        return self.state == self.State.ACTIVE and not self.has_expired


class Consent(models.Model):
    """Proof that somebody allowed a card to be kept: what was read to them, how they answered.

    Written with the order it was given for; ``card`` is filled when the gateway has confirmed the
    charge, and emptied when a later consent for the same card takes its place (``replaced_by``).
    Without a consent the token is used once and made INACTIVE at the gateway.
    """

    card = models.OneToOneField(StoredCard, models.PROTECT, null=True, related_name="consent")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="consents")
    script_version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    given_by = models.CharField(_("how it was given"), max_length=120)
    words = models.TextField(_("words read"), blank=True)
    purpose_code = models.CharField(
        _("purpose from the list"), max_length=16, choices=Purpose.choices, blank=True
    )
    purpose = models.CharField(_("purpose"), max_length=120, blank=True)
    ceiling_per_charge_minor = models.BigIntegerField(null=True)
    ceiling_per_month_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    ends_on = models.DateField(null=True)
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    withdrawal_reason = models.CharField(max_length=250, blank=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaces")

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(
                fields=["ends_on"], condition=Q(ends_on__isnull=False), name="consent_by_end"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(currency="")
                | Q(ceiling_per_charge_minor__isnull=True, ceiling_per_month_minor__isnull=True),
                name="ceilings_need_a_currency",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.script_version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Consents are kept as given; only ``card`` and how they ended may be filled in later."""
        if self.pk and set(kwargs.get("update_fields") or ["*"]) - {
            "card",
            "withdrawn_at",
            "withdrawn_by",
            "withdrawal_reason",
            "replaced_by",
        }:
            raise TypeError("A consent is kept as it was given.")
        super().save(*args, **kwargs)
