"""Webhooks: addresses that are told of every change of an order's money, and what they are told.

A delivery is the outbox: it is written with the change it tells of, and stays.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders import clock
from orders.models.orders import Order
from orders.states import WebhookState

PING = "ping"


class WebhookEndpoint(models.Model):
    """An address that is told. ``secret`` is encrypted; rotation leaves the former one signing
    beside it until ``old_until``.

    ``failures`` in a row without an answer, and ``paused_until`` when nothing is sent there, so
    that an address that is away does not hold up the others.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    url = models.CharField(_("address"), max_length=500)
    secret = models.TextField(editable=False)
    old_secret = models.TextField(blank=True, editable=False)
    old_until = models.DateTimeField(null=True, editable=False)
    rotations = models.PositiveIntegerField(default=0, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+"
    )
    last_success_at = models.DateTimeField(null=True, editable=False)
    last_failure_at = models.DateTimeField(null=True, editable=False)
    last_problem = models.CharField(max_length=60, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        permissions = [("manage_webhooks", _("Can manage webhooks"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(old_secret="") | Q(old_until__isnull=False),
                name="old_webhook_secret_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_old_secret(self) -> bool:
        """Whether the secret before the last rotation still signs."""
        return self.old_until is not None and self.old_until > clock.now()


class WebhookDelivery(models.Model):
    """What ``endpoint`` is told of one change of ``order``, or a test message of none.

    ``body`` is sent as it stands, under ``message_id``, however often. ``money`` is what the change
    led to, by which the next one is recognized. ``tries`` is the claim on the next try, moved by
    compare-and-set. ``due_at`` is when somebody has to look at a waiting row; without one it waits
    for those of the same order before it. ``since``: three days of tries are counted from then;
    of one that waits no more, when it arrived or failed. ``failures`` while it waits. ``log`` are
    the last tries: ``at``, ``status``, ``problem``. ``body`` and ``log`` are forgotten one day
    (``services.forgetting``), the row stays.
    """

    endpoint = models.ForeignKey(WebhookEndpoint, models.PROTECT, related_name="deliveries")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="webhooks")
    sequence = models.PositiveIntegerField()
    message_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    body = models.TextField()
    money = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=9, choices=WebhookState.choices, default=WebhookState.WAITING
    )
    made_at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)
    log = models.JSONField(default=list)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="webhook_due"),
            models.Index(fields=["endpoint", "-id"], name="webhook_by_endpoint"),
            models.Index(
                fields=["endpoint", "state", "-id"],
                condition=~Q(state=WebhookState.DELIVERED),
                name="webhook_not_delivered",
            ),
            models.Index(
                fields=["since"],
                condition=~Q(state=WebhookState.WAITING) & ~Q(body=""),
                name="webhook_body_is_kept",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "order", "sequence"], name="webhooks_of_an_order_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(kind=PING, order__isnull=True, sequence=0)
                | (~Q(kind=PING) & Q(order__isnull=False, sequence__gt=0)),
                name="a_webhook_is_about_an_order",
            ),
            models.CheckConstraint(
                condition=Q(state=WebhookState.WAITING) | Q(due_at__isnull=True),
                name="only_a_waiting_webhook_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=WebhookState.DELIVERED) | Q(delivered_at__isnull=False),
                name="a_delivered_webhook_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=WebhookState.WAITING) | ~Q(body=""),
                name="a_waiting_webhook_has_its_body",
            ),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def is_kept(self) -> bool:
        """Whether what it says is still known. Else it cannot be sent again."""
        return bool(self.body)
