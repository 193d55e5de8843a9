"""The states of a repeat run and of its rows, and every permitted move, as data."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RunState(TextChoices):
    """Where a repeat run is on its way from a file to its end."""

    DRAFT = "draft", _("Not started")
    ASKED = "asked", _("Waiting for approval")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    ENDED = "ended", _("Ended")
    DROPPED = "dropped", _("Dropped")


class ItemState(TextChoices):
    """Where a row of a run is. What came of one that has its order, the order's operations tell."""

    DRAFT = "draft", _("Not started")
    WAITING = "waiting", _("Waiting")
    TAKEN = "taken", _("Order made")
    REFUSED = "refused", _("Not sent")
    LEFT_OUT = "left_out", _("Left out")


class Outcome(TextChoices):
    """What came of a row, as people count it."""

    WAITING = "waiting", _("Waiting")
    CHARGED = "charged", _("Charged")
    DECLINED = "declined", _("Declined")
    UNKNOWN = "unknown", _("Not known yet")
    NOT_CHARGED = "not_charged", _("Not charged")
    REFUSED = "refused", _("Not sent")
    LEFT_OUT = "left_out", _("Left out")


# Nobody starts a run again that was stopped or has ended: what is left over goes into a new one.
RUN_ARROWS: dict[RunState, frozenset[RunState]] = {
    RunState.DRAFT: frozenset({RunState.ASKED, RunState.RUNNING, RunState.DROPPED}),
    RunState.ASKED: frozenset({RunState.RUNNING, RunState.DRAFT}),
    RunState.RUNNING: frozenset({RunState.PAUSED, RunState.STOPPED, RunState.ENDED}),
    RunState.PAUSED: frozenset({RunState.RUNNING, RunState.STOPPED}),
    RunState.STOPPED: frozenset(),
    RunState.ENDED: frozenset(),
    RunState.DROPPED: frozenset(),
}
# A reference in one of these belongs to its row for good: no other row may be charged by it.
HOLD_REFERENCE = frozenset({ItemState.WAITING, ItemState.TAKEN})
