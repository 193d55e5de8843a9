"""A second person decides a repeat run that is over the ceiling of whoever started it."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.accounts import MONEY
from orders.errors import Conflict, Refused
from orders.forms.decision import DecisionForm
from orders.models import RepeatRun, Staff
from orders.run_states import RunState
from orders.services import repeat_runs
from orders.services.waiting_approvals import RIGHT
from orders.views.answers import see_other
from orders.views.repeat_page import page_of, run_of


@permission_required(RIGHT, raise_exception=True)
@reauthentication_required(app=MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def repeat_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """The page, behind the password; once it is decided 303 to the run."""
    run = run_of(pk)
    form = DecisionForm(request.POST or None)
    if form.is_valid() and _decided(request, run, form):
        return see_other(run.get_absolute_url())
    why_not = repeat_runs.why_not_by(cast("Staff", request.user), run)
    is_asked = run.state == RunState.ASKED
    context = page_of(request, run) | {"form": form, "why_not": why_not, "is_asked": is_asked}
    return render(request, "orders/repeat_approval.html", context)


def _decided(request: HttpRequest, run: RepeatRun, form: DecisionForm) -> bool:
    """Whether it is decided now, by this act or by a quicker one."""
    actor = cast("Staff", request.user)
    try:
        if "approve" in request.POST:
            repeat_runs.approve(actor=actor, run=run)
            messages.success(request, _("Approved. The run has started."))
        elif "refuse" in request.POST:
            repeat_runs.refuse(actor=actor, run=run, reason=form.cleaned_data["reason"])
            messages.success(request, _("Refused. Nothing is charged."))
        else:
            return False
    except Conflict as conflict:
        messages.error(request, str(conflict))
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True
