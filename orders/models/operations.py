"""Operations: one row for each request to the gateway that reserves or moves money."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.cards import BRANDS
from orders.errors import Conflict
from orders.models.customers import Consent, StoredCard
from orders.models.orders import Order
from orders.purposes import Initiator
from orders.states import CHARGES, IN_FLIGHT, LIVE, Kind, Reason, Status, may_move

_CHARGES = sorted(CHARGES)


class Operation(models.Model):
    """One money request: its intent as frozen before it was sent, and what came of it.

    The row is the idempotency key: ``form_key`` is unique, and a row is sent by whoever moves it to
    ``sending`` and by nobody else.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="follow_ups")
    seq = models.PositiveSmallIntegerField()
    merchant_reference = models.CharField(max_length=40)
    maintenance_reference = models.CharField(max_length=60, blank=True)
    form_key = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    stored_card = models.ForeignKey(StoredCard, models.PROTECT, null=True, related_name="+")
    consent = models.OneToOneField(Consent, models.PROTECT, null=True, related_name="+")
    token_name = models.CharField(max_length=100, blank=True)
    # Of a stored card's charge. Nullable: SQLite adds any other column by making the table anew.
    initiated_by = models.CharField(  # noqa: DJ001
        max_length=10, choices=Initiator.choices, null=True
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PREPARED)

    fort_id = models.CharField(max_length=20, blank=True, db_index=True)
    response_code = models.CharField(max_length=5, blank=True)
    response_message = models.CharField(max_length=150, blank=True)
    authorization_code = models.CharField(max_length=100, blank=True)
    acquirer_response_code = models.CharField(max_length=10, blank=True)
    payment_option = models.CharField(_("brand"), max_length=10, blank=True)
    last_four = models.CharField(max_length=4, blank=True, db_index=True)
    expiry = models.CharField(max_length=4, blank=True)
    card_holder = models.CharField(max_length=50, blank=True)
    problem = models.CharField(max_length=40, blank=True)

    # The form key of the request that had it sent, where another one prepared it. Nullable, too.
    sent_key = models.CharField(max_length=64, null=True)  # noqa: DJ001

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="operations"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason_code = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    reason = models.CharField(max_length=250, blank=True)
    # What the customer may read about a refund; None in most rows, which spares remaking the table.
    customer_note = models.CharField(max_length=250, null=True)  # noqa: DJ001
    # The charges that looked like this one, and how they stood, when ``reason`` was given for it.
    beside = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    submitted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    resends = models.PositiveSmallIntegerField(default=0)
    token_retired_at = models.DateTimeField(null=True)

    # Of a capture, void or refund: what its charge stood at just before it was sent.
    baseline_authorized_minor = models.BigIntegerField(null=True)
    baseline_captured_minor = models.BigIntegerField(null=True)
    baseline_refunded_minor = models.BigIntegerField(null=True)
    is_external = models.BooleanField(default=False)  # made at the gateway itself, not from here
    reversed_at = models.DateTimeField(null=True)  # a refund that the bank took back later

    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    not_found_first_at = models.DateTimeField(null=True)
    not_found_count = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    owned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=Q(next_check_at__isnull=False),
                name="operation_due",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(status=Status.PREPARED),
                name="operation_prepared",
            ),
            models.Index(fields=["status", "id"], name="operation_by_status"),
            # The limits on tries count by these (services.limits).
            models.Index(fields=["submitted_at"], name="operation_by_submission"),
            models.Index(fields=["actor", "created_at"], name="operation_by_actor"),
            models.Index(fields=["actor", "submitted_at"], name="operation_by_sender"),
            models.Index(fields=["token_name"], name="operation_by_token"),
            models.Index(fields=["merchant_reference"], name="operation_by_reference"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind__in=_CHARGES, status__in=sorted(LIVE)),
                name="one_live_charge_per_order",
            ),
            models.UniqueConstraint(
                fields=["parent"],
                condition=Q(parent__isnull=False, status__in=sorted(IN_FLIGHT)),
                name="one_follow_up_in_flight_per_charge",
            ),
            models.UniqueConstraint(
                fields=["merchant_reference"],
                condition=Q(kind__in=_CHARGES),
                name="one_charge_per_merchant_reference",
            ),
            models.UniqueConstraint(
                fields=["maintenance_reference"],
                condition=~Q(maintenance_reference=""),
                name="one_operation_per_maintenance_reference",
            ),
            models.UniqueConstraint(
                fields=["fort_id"],
                condition=Q(kind__in=_CHARGES) & ~Q(fort_id=""),
                name="one_charge_per_fort_id",
            ),
            models.UniqueConstraint(
                fields=["order", "kind", "seq"], name="operations_are_numbered"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=money.MAX_MINOR),
                name="operation_amount_fits_gateway",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.APPROVED, Status.DUPLICATE]) | ~Q(fort_id=""),
                name="approved_needs_fort_id",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.PREPARED, Status.EXPIRED])
                | Q(submitted_at__isnull=False),
                name="sent_needs_a_time",
            ),
            models.CheckConstraint(
                condition=Q(beside="") | ~Q(reason=""), name="near_duplicate_needs_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=_CHARGES, status=Status.SENDING) | ~Q(token_name=""),
                name="sent_charge_needs_a_token",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=_CHARGES, parent__isnull=True)
                | (~Q(kind__in=_CHARGES) & Q(parent__isnull=False)),
                name="follow_up_needs_a_charge",
            ),
            # What was made at the gateway itself is a fact whatever it leaves.
            models.CheckConstraint(
                condition=Q(is_external=True)
                | ~Q(kind=Kind.CAPTURE)
                | Q(
                    amount_minor__lte=F("baseline_authorized_minor") - F("baseline_captured_minor")
                ),
                name="capture_within_what_is_reserved",
            ),
            models.CheckConstraint(
                condition=Q(is_external=True)
                | ~Q(kind=Kind.REFUND)
                | Q(amount_minor__lte=F("baseline_captured_minor") - F("baseline_refunded_minor")),
                name="refund_within_what_was_taken",
            ),
            models.CheckConstraint(
                condition=Q(is_external=True)
                | ~Q(kind=Kind.VOID)
                | Q(baseline_captured_minor=0)
                | Q(baseline_captured_minor__isnull=True),
                name="void_before_any_capture",
            ),
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True) | Q(kind=Kind.REFUND, status=Status.APPROVED),
                name="only_a_proven_refund_is_reversed",
            ),
        ]

    def __str__(self) -> str:
        return self.maintenance_reference or self.merchant_reference

    @property
    def is_charge(self) -> bool:
        """Whether this operation takes or reserves money, rather than follows up one that did."""
        return self.kind in CHARGES

    @property
    def is_asked_about(self) -> bool:
        """Whether something was said about a proven operation that the gateway must confirm."""
        return self.status == Status.APPROVED and self.next_check_at is not None

    @property
    def amount(self) -> str:
        """The amount as people see it: "KWD 250.500"."""
        return money.format_money(self.amount_minor, self.currency)

    @property
    def card_label(self) -> str:
        """The card as people say it, "Visa •••• 1111", or "" while none is known."""
        if not self.last_four:
            return ""
        return f"{BRANDS.get(self.payment_option, self.payment_option)} •••• {self.last_four}"

    def move(self, new: Status, **changes: object) -> None:
        """Go to ``new``, writing ``changes`` too, if the row still stands as this instance saw it.

        Raises ``Conflict`` when the arrow is not in ``states.ARROWS`` or somebody moved the row
        first; the caller re-reads it and shows the present state.
        """
        if not may_move(self.status, new):
            raise Conflict("move_not_permitted", _("This has already been settled."))
        moved = Operation.objects.filter(pk=self.pk, status=self.status).update(
            status=new, **changes
        )
        if not moved:
            raise Conflict("moved_meanwhile", _("Somebody else was quicker. See where it stands."))
        self.refresh_from_db()

    move.alters_data = True  # type: ignore[attr-defined]
