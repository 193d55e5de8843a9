"""Repeat runs: many stored cards charged at once, one row and one order for each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from orders import clock, money
from orders.errors import Conflict
from orders.models.customers import StoredCard
from orders.models.orders import Order
from orders.run_states import HOLD_REFERENCE, RUN_ARROWS, ItemState, RunState


class RepeatRun(models.Model):
    """A run, as somebody made it from a file or picked it from the history.

    ``digest`` is of the file, "" for a pick. ``row_count`` counts faulty rows too,
    ``good_count`` those that can be charged; ``sums`` is what these come to, in minor units by
    currency. ``faults`` holds what is wrong with each other row, as ``[line, sentence]``, and
    ``alike`` the same about good rows that look like another charge. ``alike_reason`` says why such
    rows are charged all the same; "" leaves them out. ``due_at``: when somebody has to look whether
    anybody works on a running run.
    """

    name = models.CharField(_("name"), max_length=120)
    digest = models.CharField(_("digest"), max_length=64, blank=True, db_index=True)
    row_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    sums = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    alike = models.JSONField(default=list)
    alike_reason = models.CharField(max_length=250, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=RunState.choices, default=RunState.DRAFT
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="repeat_runs"
    )
    started_at = models.DateTimeField(null=True)
    requested_in = models.CharField(max_length=64, blank=True)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("repeat run")
        verbose_name_plural = _("repeat runs")
        ordering = ["-id"]
        permissions = [("run_repeat", _("Can make and start repeat runs"))]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="repeat_run_due"
            ),
            models.Index(fields=["started_by", "started_at"], name="repeat_run_by_starter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[RunState.DRAFT, RunState.DROPPED])
                | Q(started_by__isnull=False),
                name="repeat_run_is_started_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=models.F("started_by")),
                name="repeat_run_is_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("repeat-detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The number people say: "R-1005"."""
        return f"R-{1000 + self.pk}"

    @property
    def alike_lines(self) -> set[int]:
        """The lines that looked like another charge when the run was made."""
        return {line for line, _sentence in self.alike}

    def move(self, new: RunState, **changes: object) -> None:
        """Go to ``new``, writing ``changes`` too, if the row still stands as this instance saw it.

        Raises ``Conflict`` when the arrow is not in ``run_states.RUN_ARROWS`` or somebody moved the
        row first.
        """
        may = new in RUN_ARROWS[RunState(self.state)]
        rows = RepeatRun.objects.filter(pk=self.pk, state=self.state)
        if not may or not rows.update(state=new, **changes):
            raise Conflict("run_moved_on", _("This run has moved on. See where it stands."))
        self.refresh_from_db()

    move.alters_data = True  # type: ignore[attr-defined]


class RepeatItem(models.Model):
    """One row: whom to charge how much. ``order`` is made with the move to ``taken``, in one
    commit; ``lease_until`` keeps a waiting row for whoever is about to make it. ``problem`` is why
    nothing was sent.
    """

    run = models.ForeignKey(RepeatRun, models.PROTECT, related_name="items")
    line = models.PositiveIntegerField()
    reference = models.CharField(_("order reference"), max_length=60)
    card = models.ForeignKey(StoredCard, models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(_("currency"), max_length=3)
    description = models.CharField(_("description"), max_length=250, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=ItemState.choices, default=ItemState.DRAFT
    )
    order = models.OneToOneField(Order, models.PROTECT, null=True, related_name="repeat_item")
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("row of a repeat run")
        verbose_name_plural = _("rows of repeat runs")
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "state", "id"], name="repeat_item_by_state")]
        constraints = [
            # The same file twice charges nobody twice.
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state__in=sorted(HOLD_REFERENCE)),
                name="one_repeat_item_per_reference",
            ),
            models.UniqueConstraint(fields=["run", "line"], name="one_repeat_item_per_line"),
            models.CheckConstraint(
                condition=Q(state=ItemState.TAKEN, order__isnull=False)
                | (~Q(state=ItemState.TAKEN) & Q(order__isnull=True)),
                name="taken_repeat_item_has_its_order",
            ),
            models.CheckConstraint(
                condition=~Q(reference="")
                & Q(amount_minor__gt=0, amount_minor__lte=money.MAX_MINOR),
                name="repeat_item_says_what_and_how_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run.number}, {self.line}"

    @property
    def form_key(self) -> str:
        """The key of its one charge: a second try finds what the first one made."""
        return f"repeat-item-{self.pk}"


class Pace(models.Model):
    """When the next charge of any repeat run may leave, for all processes on all machines."""

    name = models.CharField(max_length=30, unique=True)
    next_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return self.name
