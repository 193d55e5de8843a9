"""An order: what somebody wants, what it costs, and what its operations add up to."""

import re
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.models.customers import Customer
from orders.states import CHARGES, Kind, OrderStatus, Source

FIRST_NUMBER = 10_000


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders by the number people say, by who may see them, and locked for a change of money."""

    def visible_to(self, staff: object) -> Self:
        """The orders ``staff`` may see: all of them by right, else those they took themselves."""
        if staff.has_perm("orders.view_all_orders"):  # type: ignore[attr-defined]
            return self
        return self.filter(taken_by=staff)

    def by_number(self, number: str) -> Self:
        """The order called ``number`` ("MO-10482"), or none."""
        match = re.fullmatch(rf"{re.escape(settings.ORDER_PREFIX)}-([0-9]{{5,18}})", number)
        return self.filter(pk=int(match[1]) - FIRST_NUMBER) if match else self.none()

    def locked(self, pk: int) -> "Order":
        """The order, locked until the transaction ends. Whoever locks more keeps to one order, in
        which any may be left out: the order, the person, the customer, the operation, the stored
        card, its consent, the chain of the accounts. SQLite has no row locks; there the IMMEDIATE
        transaction holds them all.
        """
        return self.select_for_update().get(pk=pk)


class Order(models.Model):
    """One order. Totals, ``status`` and ``version`` are written by ``services`` only."""

    source = models.CharField(_("source"), max_length=12, choices=Source.choices)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    reference = models.CharField(_("order reference"), max_length=60, blank=True)
    description = models.CharField(_("description"), max_length=250, blank=True)
    note = models.TextField(_("internal note"), max_length=2000, blank=True)
    call_reference = models.CharField(_("call reference"), max_length=60, blank=True)
    slip_number = models.CharField(_("slip number"), max_length=60, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    wants = models.CharField(
        max_length=14,
        choices=[(kind.value, kind.label) for kind in Kind if kind in CHARGES],
        default=Kind.PURCHASE,
    )
    status = models.CharField(
        _("status"), max_length=14, choices=OrderStatus.choices, default=OrderStatus.OPEN
    )
    authorized_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="orders_taken"
    )
    taken_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # Where receipts go by themselves: "" for nowhere, None for orders from before there were any.
    receipt_address = models.EmailField(  # noqa: DJ001
        _("address for receipts"), null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    again_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("take_order", _("Can take orders")),
            ("charge_order", _("Can charge cards")),
            ("view_all_orders", _("Can see everybody's orders")),
            ("charge_beside_unknown", _("Can charge beside a payment that is not known yet")),
            ("charge_in_pause", _("Can charge while the office is paused")),
            ("mark_paid", _("Can mark orders as paid")),
            ("capture_order", _("Can capture reserved amounts")),
            ("void_order", _("Can void reserved amounts")),
            ("refund_order", _("Can refund")),
            ("release_order", _("Can release an unknown charge")),
            ("approve_order", _("Can approve requests")),
            ("export_orders", _("Can export orders")),
            ("view_attention", _("Can see what needs attention")),
            ("view_audit", _("Can read the audit trail")),
        ]
        indexes = [
            # The history reads backwards in time, then by id: each index serves filter and order.
            models.Index(fields=["taken_at", "id"], name="order_by_time"),
            models.Index(fields=["taken_by", "taken_at", "id"], name="order_by_taker"),
            models.Index(fields=["customer", "taken_at", "id"], name="order_by_customer"),
            models.Index(fields=["status", "taken_at", "id"], name="order_by_status"),
            models.Index(fields=["currency", "taken_at", "id"], name="order_by_currency"),
            models.Index(fields=["source", "taken_at", "id"], name="order_by_source"),
            models.Index(fields=["amount_minor"], name="order_by_amount"),
            models.Index(
                fields=["reference"],
                condition=~Q(reference=""),
                opclasses=["varchar_pattern_ops"],  # PostgreSQL's LIKE needs it; SQLite has none
                name="order_by_reference",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="one_order_per_reference"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.MAX_MINOR),
                name="order_amount_fits_gateway",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    refunded_minor__lte=F("captured_minor"),
                    captured_minor__lte=F("authorized_minor"),
                ),
                name="refunded_within_captured_within_authorized",
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True) | Q(captured_minor__gt=0),
                name="paid_only_with_a_confirmed_charge",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("order-detail", args=[self.number])

    @property
    def number(self) -> str:
        """The number people say: "MO-10482". Made from the row, so a restored backup forms the same
        references again and the gateway's own duplicate check still protects the customer.
        """
        return f"{settings.ORDER_PREFIX}-{FIRST_NUMBER + self.pk}"

    @property
    def amount(self) -> str:
        """The order's amount as people see it: "KWD 250.500"."""
        return money.format_money(self.amount_minor, self.currency)

    @property
    def left_minor(self) -> int:
        """What is charged and not given back, in minor units."""
        return self.captured_minor - self.refunded_minor
