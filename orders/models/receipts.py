"""Receipts that are sent by mail: one for each proven movement of money, and those people ask for.

The row is the outbox: it is written with what it tells of, and stays until the mail is out.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.operations import Operation
from orders.models.orders import Order
from orders.states import ReceiptState


class Receipt(models.Model):
    """A receipt about ``operation`` (a purchase, capture or refund) to one address.

    ``made_by`` is None for those that the program sends by itself. ``tries`` counts deliveries
    begun, and is the claim on the next one: it is moved by compare-and-set. ``due_at`` is when
    somebody has to look at a waiting row if nothing happened until then. ``problem`` is the mail
    server's last refusal, without addresses.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="receipts")
    form_key = models.CharField(max_length=64, unique=True)
    address = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(
        _("state"), max_length=8, choices=ReceiptState.choices, default=ReceiptState.WAITING
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["id"]
        permissions = [("send_receipt", _("Can send receipts"))]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="receipt_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["operation"],
                condition=Q(made_by__isnull=True),
                name="one_receipt_by_itself_per_operation",
            ),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.WAITING, due_at__isnull=False)
                | (~Q(state=ReceiptState.WAITING) & Q(due_at__isnull=True)),
                name="a_waiting_receipt_is_due_some_day",
            ),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.SENT, sent_at__isnull=False)
                | (~Q(state=ReceiptState.SENT) & Q(sent_at__isnull=True)),
                name="a_sent_receipt_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation}: {self.get_state_display()}"
