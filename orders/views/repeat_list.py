"""Repeat runs, newest first."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from orders.models import RepeatRun
from orders.run_states import RunState
from orders.services import repeat_counts
from orders.services import repeat_list as runs
from orders.views.cursor import beside, cursor


@permission_required("orders.view_repeatrun", raise_exception=True)
@require_safe
def repeat_list(request: HttpRequest) -> HttpResponse:
    """The page: each run with what it comes to, and how far those are that have begun."""
    page = runs.page(**cursor(request.GET))
    context = {
        "rows": [(run, _percent(run)) for run in page.rows],
        **beside(request.path, request.GET, newer=page.newer, older=page.older),
    }
    return render(request, "orders/repeat_list.html", context)


def _percent(run: RepeatRun) -> int | None:
    """How much of a run is done that goes on or may go on."""
    has_begun = run.state in {RunState.RUNNING, RunState.PAUSED}
    return repeat_counts.progress(run).percent if has_begun else None
