"""How much a role may move by itself, and requests for what is over it, which a second person
decides.
"""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.errors import Conflict
from orders.models.operations import Operation
from orders.models.orders import Order
from orders.states import APPROVAL_ARROWS, Act, ApprovalStatus, Limit, Reason


class Ceiling(models.Model):
    """What the people of a group may move at once, and in a day, by one kind of act in one
    currency, in minor units; ``None`` is no limit. A group without a row has no ceiling.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="ceilings")
    currency = models.CharField(max_length=3)
    act = models.CharField(max_length=8, choices=Act.choices)
    per_act_minor = models.BigIntegerField(null=True)
    per_day_minor = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("ceiling")
        verbose_name_plural = _("ceilings")
        ordering = ["group__name", "currency", "act"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "currency", "act"], name="one_ceiling_per_group_currency_and_act"
            ),
            models.CheckConstraint(
                condition=Q(per_act_minor__isnull=True) | Q(per_act_minor__gte=0),
                name="ceiling_at_once_is_an_amount",
            ),
            models.CheckConstraint(
                condition=Q(per_day_minor__isnull=True) | Q(per_day_minor__gte=0),
                name="ceiling_a_day_is_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}: {self.get_act_display()} {self.currency}"


class ApprovalRequest(models.Model):
    """An act over a ceiling, as somebody asked for it, and what a second person decided.

    ``operation`` is the charge that was reserved meanwhile; a capture, refund or payment outside
    the gateway has none before it is approved, and is moot once its order leaves nothing to do.
    ``charge`` is the reference of the charge to act on, ``details`` whatever else the act needs.
    ``held_to``, ``limit``, ``ceiling_minor`` and ``moved_minor`` tell which ceiling it is over.
    ``made`` is the operation that carried the decision out: what was approved, or the void of what
    was not. ``decided_at`` is when it stopped waiting, whoever or whatever ended it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="approvals")
    act = models.CharField(max_length=8, choices=Act.choices)
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, related_name="approval_request"
    )
    charge = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason_code = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    reason = models.CharField(max_length=250, blank=True)
    held_to = models.CharField(max_length=8, choices=Act.choices)
    limit = models.CharField(max_length=8, choices=Limit.choices)
    ceiling_minor = models.BigIntegerField()
    moved_minor = models.BigIntegerField(default=0)
    details = models.JSONField(default=dict)
    form_key = models.CharField(max_length=64, unique=True)

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="approval_requests"
    )
    requested_at = models.DateTimeField(default=clock.now)
    requested_in = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()

    status = models.CharField(
        max_length=9, choices=ApprovalStatus.choices, default=ApprovalStatus.PENDING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=250, blank=True)
    made = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="made_for")

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="pending"), name="request_pending"
            ),
            models.Index(fields=["requested_by", "id"], name="request_by_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "act"],
                condition=Q(status="pending"),
                name="one_pending_request_per_order_and_act",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.MAX_MINOR),
                name="request_amount_fits_gateway",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_decides_their_own_request",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at__isnull=True)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="request_waits_or_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "refused"]) | Q(decided_by__isnull=False),
                name="decision_needs_a_person",
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | ~Q(decision_reason=""),
                name="refusal_needs_a_reason",
            ),
            # A charge is reserved while it waits, and nothing else has an operation by then.
            models.CheckConstraint(
                condition=Q(act=Act.CHARGE, operation__isnull=False)
                | (~Q(act=Act.CHARGE) & Q(operation__isnull=True)),
                name="request_of_a_charge_has_its_operation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number}: {self.get_act_display()} {self.amount}"

    @property
    def amount(self) -> str:
        """The amount as people see it: "KWD 250.500"."""
        return money.format_money(self.amount_minor, self.currency)

    @property
    def is_pending(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.status == ApprovalStatus.PENDING

    def move(self, new: ApprovalStatus, **changes: object) -> None:
        """Go to ``new``, writing ``changes`` too, if the row still stands as this instance saw it.

        Raises ``Conflict`` when the arrow is not in ``states.APPROVAL_ARROWS`` or somebody moved
        the row first.
        """
        rows = ApprovalRequest.objects.filter(pk=self.pk, status=self.status)
        may = new in APPROVAL_ARROWS[ApprovalStatus(self.status)]
        if not may or not rows.update(status=new, **changes):
            raise Conflict("decided_already", _("This request was decided already."))
        self.refresh_from_db()

    move.alters_data = True  # type: ignore[attr-defined]
