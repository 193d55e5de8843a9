"""What the page of a repeat run does: start, take back, pause, resume, stop and drop it."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from orders.errors import Conflict, Refused
from orders.forms.repeat_start import RepeatStartForm
from orders.models import RepeatRun, Staff
from orders.run_states import RunState
from orders.services import repeat_again, repeat_files, repeat_runs
from orders.views.answers import see_other
from orders.views.repeat_page import run_of, shown

ACTS: dict[str, tuple[Callable[..., RepeatRun], Promise]] = {
    "pause": (repeat_runs.pause, _("Paused. What was on its way to the gateway still ends.")),
    "resume": (repeat_runs.resume, _("It goes on.")),
    "stop": (repeat_runs.stop, _("Stopped. What was not begun is left out.")),
    "again": (repeat_again.send_again, _("What was not charged is sent again.")),
    "drop": (repeat_runs.drop, _("Put away. Nothing was charged.")),
}


@permission_required(repeat_files.RIGHT, raise_exception=True)
@require_POST
def repeat_act(request: HttpRequest, pk: int) -> HttpResponse:
    """303 to the run's page, once it is done or somebody was quicker."""
    run, actor = run_of(pk), cast("Staff", request.user)
    if "start" in request.POST:
        return _start(request, run)
    try:
        if "take_back" in request.POST:
            repeat_runs.take_back(actor=actor, run=run)
            messages.success(request, str(_("Taken back. Nothing was charged.")))
        for name in ACTS.keys() & request.POST.keys():
            act, done = ACTS[name]
            act(actor=actor, run=run)
            messages.success(request, str(done))
    except Refused as refusal:
        messages.error(request, str(refusal))
    gone = "drop" in request.POST
    return see_other(reverse("repeat-list") if gone else run.get_absolute_url())


def _start(request: HttpRequest, run: RepeatRun) -> HttpResponse:
    form = RepeatStartForm(request.POST)
    if form.is_valid():
        try:
            run = repeat_runs.start(
                actor=cast("Staff", request.user), run=run, alike_reason=form.cleaned_data["reason"]
            )
            is_asked = run.state == RunState.ASKED
            said = _("Another person has to approve it.") if is_asked else _("Started.")
            messages.success(request, str(said))
            return see_other(run.get_absolute_url())
        except Conflict as conflict:
            messages.error(request, str(conflict))
            return see_other(run.get_absolute_url())
        except Refused as refusal:
            form.refuse(refusal)
    return shown(request, run, form, status=422)
