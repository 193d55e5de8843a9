"""What the pages of one repeat run show."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from orders.forms.repeat_start import RepeatStartForm
from orders.models import RepeatRun, Staff
from orders.run_states import Outcome, RunState
from orders.services import repeat_again, repeat_counts, repeat_files, repeat_list, repeat_runs
from orders.services.ceilings import limit_words
from orders.services.repeat_counts import Progress, outcome_of

MOST_LINES = 100


def run_of(pk: int) -> RepeatRun:
    """The run, or 404."""
    rows = RepeatRun.objects.select_related("made_by", "started_by", "approver")
    return get_object_or_404(rows, pk=pk)


def shown(
    request: HttpRequest, run: RepeatRun, form: RepeatStartForm | None = None, status: int = 200
) -> HttpResponse:
    """The run's own page."""
    context = page_of(request, run, form)
    return render(request, "orders/repeat_detail.html", context, status=status)


def progress_of(run: RepeatRun) -> dict[str, Any]:
    """``run``, ``progress``, ``counts`` and ``sums`` of those there are, and ``is_open``: whether
    anything of it may still change by itself.
    """
    found = repeat_counts.progress(run)
    is_waiting = run.state == RunState.RUNNING or found.counts[Outcome.UNKNOWN] > 0
    return {
        "run": run,
        "progress": found,
        "counts": [(one, count) for one, count in found.counts.items() if count],
        "sums": _sums(found),
        "is_open": is_waiting,
        "troubles": [(item, outcome_of(item)) for item in repeat_list.troubles(run)],
        "most": repeat_list.MOST_TROUBLES,
    }


def page_of(
    request: HttpRequest, run: RepeatRun, form: RepeatStartForm | None = None
) -> dict[str, Any]:
    """All that the run's own page shows."""
    viewer = cast("Staff", request.user)
    may_run = viewer.has_perm(repeat_files.RIGHT)
    is_asker = run.started_by_id == viewer.pk
    return progress_of(run) | {
        "form": form or RepeatStartForm(),
        "is_draft": run.state == RunState.DRAFT,
        "faults": run.faults[:MOST_LINES],
        "alike": run.alike[:MOST_LINES],
        "over": _over(run, viewer),
        "may_run": may_run,
        "again_count": repeat_again.not_charged(run).count() if may_run else 0,
        "may_decide": run.state == RunState.ASKED and not repeat_runs.why_not_by(viewer, run),
        "may_take_back": run.state == RunState.ASKED and is_asker,
    }


def _over(run: RepeatRun, viewer: Staff) -> str:
    """The ceiling that the run is over: of the viewer, who may start it, or of who asked."""
    may_start = run.state == RunState.DRAFT and viewer.has_perm(repeat_files.RIGHT)
    starter = viewer if may_start else run.started_by if run.state == RunState.ASKED else None
    is_override = bool(run.alike_reason)
    over = repeat_runs.over_of(run, starter, is_override=is_override) if starter else None
    if over is None:
        return ""
    return str(over) if may_start else limit_words(over)


def _sums(found: Progress) -> list[tuple[str, int, int]]:
    """Currency, what the rows come to and what of it is charged, in minor units."""
    return [(code, total, found.charged[code]) for code, total in sorted(found.sums.items())]
