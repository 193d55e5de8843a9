"""Payments that did not go through the gateway: cash, a cheque, a transfer.

A person's word and no evidence: such a payment never marks an order as paid, and looks different
for ever. A row is written once and taken back at most once; triggers hold it to that.
"""

from typing import Optional

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.models.orders import Order
from orders.models.rare import rare
from orders.states import PAID_BY, OutsideMethod


class OutsidePaymentQuerySet(models.QuerySet["OutsidePayment"]):
    """Payments outside the gateway, and which of them stand."""

    def standing_of(self, order: Order) -> Optional["OutsidePayment"]:
        """The payment of ``order`` that was not taken back, if there is one."""
        return next(iter(rare(self.filter(order=order, taken_back_at=None))), None)


class OutsidePayment(models.Model):
    """The whole of an order's amount, paid outside the gateway, as a person recorded it.

    ``reference`` is what the paper says: the receipt's or the cheque's number, the bank's own
    reference. ``taken_back_…``: it did not come about after all, a cheque that bounced.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="outside_payments")
    method = models.CharField(_("paid by"), max_length=10, choices=OutsideMethod.choices)
    reference = models.CharField(_("reference"), max_length=60)
    reason = models.CharField(_("reason"), max_length=250)
    received_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    form_key = models.CharField(max_length=64, unique=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    taken_back_reason = models.CharField(max_length=250, blank=True)

    objects = OutsidePaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment outside the gateway")
        verbose_name_plural = _("payments outside the gateway")
        ordering = ["id"]
        permissions = [("record_outside_payment", _("Can record payments outside the gateway"))]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(taken_back_at__isnull=True),
                name="one_standing_outside_payment_per_order",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.MAX_MINOR),
                name="outside_amount_is_more_than_zero",
            ),
            models.CheckConstraint(
                condition=Q(method__in=sorted(OutsideMethod)), name="outside_method_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(reason=""),
                name="outside_payment_says_which_and_why",
            ),
            models.CheckConstraint(
                condition=Q(
                    taken_back_at__isnull=True, taken_back_by__isnull=True, taken_back_reason=""
                )
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False)
                & ~Q(taken_back_reason=""),
                name="taken_back_by_whom_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.reference}"

    @property
    def amount(self) -> str:
        """The amount as people see it: "KWD 250.500"."""
        return money.format_money(self.amount_minor, self.currency)

    @property
    def words(self) -> Promise:
        """What an order that was paid so is called: "Paid by cheque"."""
        return PAID_BY[OutsideMethod(self.method)]
